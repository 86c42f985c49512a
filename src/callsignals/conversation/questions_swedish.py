"""How Swedish asks: the finite verb first, frågeord with the verb before the subject, tags.

After Teleman, Hellberg and Andersson, *Svenska Akademiens grammatik* (1999), vol. 4: main-clause questions
have the verb before the subject, embedded ones after it. Swedish is verb-second: "Imorgon har jag tid"
inverts too, so a verb before its subject asks only at the very start of the sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, pairwise

__all__ = ["asks"]


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_FILLERS = _set(
    "och men eller ja jo nej nä okej ok jaha jaså mm hm öh eh hej tjena hallå alltså förlåt tack ursäkta "
    "precis aha just bra perfekt ah jaja jadå nejdå japp"
)
_VERB = _set(
    "är var har hade kan kunde ska skall skulle vill ville får fick måste behöver behövde finns fanns vet "
    "visste tror tycker tyckte känner använder använde blir blev kommer kom gör gjorde går gick ser såg "
    "menar brukar brukade jobbar heter betyder stämmer gäller passar låter minns tänker tar tog ligger "
    "kostar kostade fungerar funkar ingår räcker säger sa händer hände sitter står köper hör hörde undrar "
    "letar bestämmer förstår önskar påverkar betalar ringer skickar hittade hittar började börjar slutar "
    "löser arbetar jobbade tittar hanterar mäter ser erbjuder vågar hinner orkar lyckas"
)
_PRONOUN = _set("du ni vi jag han hon de dom det den man")
_SUBJECT = _PRONOUN | _set(
    "någon nån något nåt några alla er ert era din ditt dina vår vårt våra min mitt mina deras hans hennes "
    "detta dessa ingen allt"
)
_DAY = _set("måndag tisdag onsdag torsdag fredag lördag söndag")
_NOT_SUBJECT = _set("redan igen liten även ibland egen nästan sedan innan ungen visserligen verkligen")
_WH = _set("vad vem vems vilka vilken vilket var vart varifrån varför när hur vadå hurså")
_BEFORE_WH = _set("på i av till med för från om åt hos under efter innan")
_MEASURE = _set("många mycket länge lång långt ofta stor stort stora gammal snabbt dyrt viktigt nöjd nöjda väl bra ser")
_SCANNING = _set("vilka vilken vilket vems")
_OPINION = _set("tror tycker menar antar hoppas vet undrar")
_AFTER_CONDITION = _set(
    "är kan ska får blir kommer har hör ring ringer skickar tar går gör fixar löser vill finns skulle säg "
    "maila mejla återkommer"
)
_TAGS = (["eller"], ["inte", "sant"], ["eller", "hur"], ["stämmer", "det"], ["eller", "inte"])
_THEN = _set("får ska blir kommer hör ringer skickar tar går gör löser")
"""After "så" these promise or tell what comes next: "så får ni en offert", "så ringer du mig"."""
_ADDING = _set("och men eller")
_AFTER_TOPIC = _VERB | _PRONOUN | _set("så då")
_REACH = 5


def asks(clauses: list[list[str]]) -> bool:
    """Whether a sentence, as clauses of words, has the form of a question."""
    clauses = [[word.lower() for word in clause] for clause in clauses]
    words = [word for clause in clauses for word in clause]
    if _has_tag(clauses, words) or _asks_inside(words):
        return True
    for place, clause in enumerate(clauses):
        core = _without_lead_in(clause)
        if core:
            return _opens(core, clauses[place + 1 :]) or _opens_after_call(clauses, place)
    return words[-1] == "jaså"


def _opens_after_call(clauses: Sequence[Sequence[str]], place: int) -> bool:
    """A one-word address, then the question: "Anna, har du tid"."""
    if len(clauses[place]) != 1 or place + 1 >= len(clauses):
        return False
    core = _without_fillers(clauses[place + 1])
    return len(core) > 1 and core[0] in _VERB and core[1] in ("du", "ni") and clauses[place][0] not in _DAY


def _without_fillers(clause: Sequence[str]) -> list[str]:
    place = 0
    while place < len(clause) and clause[place] in _FILLERS and list(clause[place : place + 2]) != ["tack", "ska"]:
        place += 1
    return list(clause[place:])


def _without_lead_in(clause: Sequence[str]) -> list[str]:
    core = _without_fillers(clause)
    fillers = clause[: len(clause) - len(core)]
    return core[1:] if len(core) > 2 and _leads_in(core, after=fillers) else core


def _leads_in(words: Sequence[str], after: Sequence[str]) -> bool:
    """Whether a first word leads in a question: "så hur ...", "så har ni ...".

    "Så kan det vara", "så får ni en offert" and "och så har du tillvalen" state.
    """
    if words[0] in ("så", "då") and words[1] in _WH - {"var"}:
        return True
    asks_you = words[1] in _VERB - _THEN and words[2] in ("du", "ni")
    return words[0] == "så" and asks_you and _ADDING.isdisjoint(after[-1:])


def _has_tag(clauses: Sequence[Sequence[str]], words: Sequence[str]) -> bool:
    if list(words[-2:]) == ["eller", "hur"]:
        return True
    return list(clauses[-1]) == ["va"] or (len(words) > 2 and list(clauses[-1]) in _TAGS)


def _asks_inside(words: Sequence[str]) -> bool:
    """A direct question inside a run of words without punctuation: frågeord, verb, subject."""
    for place in range(len(words) - 2):
        first, second, third = words[place : place + 3]
        if first in _WH - {"var"} and second in _VERB and third in _PRONOUN and not _gives_topic(words[place:]):
            return True
    return False


def _gives_topic(words: Sequence[str], later: Sequence[Sequence[str]] = ()) -> bool:
    """As for: "vad gäller priset så ...", "vad gäller priset, det ..."."""
    goes_on = len(words) == 3 and any(len(clause) > 1 and clause[0] in _AFTER_TOPIC for clause in later[:1])
    return list(words[:2]) == ["vad", "gäller"] and (len(words) > 3 or goes_on)


def _opens(words: Sequence[str], later: Sequence[Sequence[str]]) -> bool:
    if words[0] in _BEFORE_WH and len(words) > 1 and words[1] in _WH - _set("var när"):
        words = words[1:]
    if words[0] in _WH and not (words[0] == "var" and len(words) > 1 and words[1] in _SUBJECT):
        return _opens_wh(words, later)
    return words[0] in _VERB and _verb_first(words) and not _is_condition(words, later)


def _opens_wh(words: Sequence[str], later: Sequence[Sequence[str]]) -> bool:
    if len(words) == 1 or (words[1] == "då" and len(words) == 2):
        return True
    if _gives_topic(words, later):
        return False
    if words[0] in _SCANNING or (words[0] == "hur" and words[1] in _MEASURE) or list(words[:2]) == ["vad", "för"]:
        return _verb_before_subject(words[1 : 2 + _REACH])
    if words[0] in ("vad", "vem"):
        return _verb_before_subject(words[1:4]) or _looks_finite(words[1])
    return words[1] in _VERB or (words[0] != "var" and _looks_finite(words[1]))


def _verb_before_subject(words: Sequence[str]) -> bool:
    for word in words:
        if word in _VERB:
            return True
        if word in _PRONOUN or word in ("att", "som"):
            return False
    return False


def _looks_finite(word: str) -> bool:
    """Present tense in -ar/-er, outside the list."""
    return len(word) > 4 and word.endswith(("ar", "er"))


def _verb_first(words: Sequence[str]) -> bool:
    if len(words) < 2:
        return False
    verb, subject = words[0], words[1]
    if verb in _OPINION and subject in ("jag", "det"):
        return False
    if list(words[1:3]) == ["vi", "se"] or (list(words[:2]) == ["gör", "det"] and len(words) < 4):
        return False
    return subject in _SUBJECT or _is_noun_subject(subject)


def _is_noun_subject(word: str) -> bool:
    if word in _DAY:
        return True
    definite = word.endswith(("en", "et", "na")) and not word.endswith("ligen")
    return len(word) > 4 and definite and word not in _NOT_SUBJECT


def _is_condition(words: Sequence[str], later: Sequence[Sequence[str]]) -> bool:
    """Verb first without asking: "vill du veta mer så är det bara att ringa"."""
    pairs = pairwise([*words, *chain.from_iterable(later)])
    if any(first == "så" and second in _AFTER_CONDITION for first, second in pairs):
        return True
    return any(clause[0] in _set("ring hör maila mejla säg skriv") for clause in later)
