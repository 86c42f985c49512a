"""How Finnish asks: the clitic -ko/-kö on the first word, kysymyssanat first, tags.

After *Iso suomen kielioppi* (Hakulinen et al. 2004), sections 1678 to 1692. Direct and embedded Finnish
questions have the same form; only standing first in the sentence tells them apart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["asks"]


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_FILLERS = _set(
    "no niin ja mutta tai joo juu jaa okei ok kyllä eli siis hei moi terve ai aijaa selvä hyvä kiitos öö mm "
    "hm tota tuota sitten vielä ehkä nyt vai kiva anteeksi päivää huomenta aha ahaa ei"
)
_CLITIC = re.compile(r"^\w{2,}(ko|kö)(s|han|hän)?$")
_NOT_CLITIC = _set(
    "joko koko jako aurinko runko tanko lanko hanko vanko rako jatko katko letko ratko alko parko marko "
    "verko jarko tarko sarko palko lako loko pako tako sako reko keko reiko soiko roiko maiko niiko leiko "
    "silko velko väinkö sinkö sänkö änkö mökö nykö hökö pirkko harko jyrkö kaiko eko deko dekö"
)
"""Nouns and names in -ko/-kö; those in -kko/-kkö and -sko/-skö are left out by rule."""
_SPOKEN_CLITIC = _set(
    "onks oliks oisko ooks ooksä ootsä eiks saaks käyks tuleeks pitääks tarviiks haluuks tiedäks meneeks "
    "voiks voisko pystyks löytyyks toimiiks onkse sopiiks"
)
_TOPICS = _set("teillä sulla sinulla meillä siellä siinä te sä sinä tuo se tämä tää")
_WH = _set(
    "mitä mikä mitkä minkä minkälainen minkälaisia minkälaista millainen millaisia millaista millaisen kuka "
    "ketkä kenen kenet keneltä kenelle kenellä kenestä ketä keitä miksi miten kuinka milloin missä mistä "
    "mihin minne miltä mille millä millekin kumpi kumman kumpaa mones monelta monta miks mitäs mites mikäs "
    "kukas missäs entä entäs entäpä mitenkäs moneltako millon mitenkä minä"
) - {"minä"}
_ANY = _set("tahansa vain vaan hyvänsä ikinä")
_EXCLAIM = re.compile(r"^(hien|ihan|upe|kaun|mahtav|loistav|hausk|kiv|mukav|onni|tuuri|sääli|yllätys|ilo|ikäv|kurj)")
_DEPENDS = _set("riippuu vaihtelee selviää ratkaisee")
_WHEN_VERBS = _set("sopii sopisi tulee alkaa päättyy loppuu voidaan pääsee pääsisi voisi olisi")
_TAG_START = _set("eikö eiks eikös vai")
_GREETING = _set("hei moi terve kiitos huomenta päivää no joo okei")
_HELP = re.compile(r"\b(miten|kuinka) (voin|voimme|voisin|voisimme) (auttaa|olla|palvella)\b")


def asks(clauses: list[list[str]]) -> bool:
    """Whether a sentence, as clauses of words, has the form of a question."""
    clauses = [[word.lower() for word in clause] for clause in clauses]
    words = [word for clause in clauses for word in clause]
    if _has_tag(clauses, words) or _HELP.search(" ".join(words)):
        return True
    for clause in clauses:
        core = _without_fillers(clause)
        if core and _opens(core, words):
            return True
        if core and clause[0] not in _GREETING:
            return False
    return False


def _without_fillers(clause: Sequence[str]) -> list[str]:
    place = 0
    while place < len(clause) and clause[place] in _FILLERS:
        place += 1
    return list(clause[place:])


def _has_tag(clauses: Sequence[Sequence[str]], words: Sequence[str]) -> bool:
    if len(clauses) > 1 and clauses[-1][0] in _TAG_START and len(clauses[-1]) <= 3:
        return True
    return list(words[-2:]) in (["eikö", "niin"], ["eiks", "niin"], ["vai", "mitä"])


def _opens(words: Sequence[str], sentence: Sequence[str]) -> bool:
    if _has_clitic(words[0]) or (len(words) > 1 and words[0] in _TOPICS and _has_clitic(words[1])):
        return True
    if words[0] == "koska":
        return len(words) > 1 and (words[1] in _WHEN_VERBS or words[1].endswith(("tte", "isit"))) and len(words) < 7
    return words[0] in _WH and _asks_with_wh(words, sentence)


def _has_clitic(word: str) -> bool:
    if word in _SPOKEN_CLITIC:
        return True
    if word in _NOT_CLITIC or re.search(r"(kk|sk)(o|ö)(s|han|hän)?$", word):
        return False
    return bool(_CLITIC.match(word))


def _asks_with_wh(words: Sequence[str], sentence: Sequence[str]) -> bool:
    if len(words) == 1:
        return True
    if words[1] in _ANY or _EXCLAIM.match(words[1]) or any(word in _DEPENDS for word in sentence):
        return False
    if words[0] == "mitä":
        as_for = words[1] == "tulee" and len(words) > 2 and words[2].endswith("n")
        comparative = words[1].endswith(("mpi", "mmin", "mpia", "mpaa")) or words[1] == "enemmän"
        return not as_for and not comparative
    return True
