"""How English asks: an auxiliary before its subject, wh-words with inversion, tags.

Word lists and order rules after Quirk et al., *A Comprehensive Grammar of the English Language* (1985), ch.
11: in a direct question the auxiliary stands before the subject, in an embedded one after it.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["asks"]


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_FILLERS = _set(
    "so and but or well okay ok yeah yes yep no nope um uh uhm oh ah hi hello hey right alright now then "
    "like sorry also great sure just actually perfect thanks thank hmm mm good morning afternoon cool "
    "awesome excellent because"
)
_BE = _set("is are was were am isn't aren't wasn't weren't")
_DO = _set("do does did don't doesn't didn't")
_HAVE = _set("has have had hasn't haven't hadn't")
_MODAL = _set("can could will would shall should may might can't couldn't won't wouldn't shouldn't")
_AUXILIARY = _BE | _DO | _HAVE | _MODAL
_PRONOUN = _set("i you he she it we they")
_SUBJECT = _PRONOUN | _set(
    "this that these those there anyone anybody someone somebody everyone everybody anything something everything"
)
_DETERMINER = _set("the a an your my our their his her its any some all both most each every")
_DAY = _set("monday tuesday wednesday thursday friday saturday sunday tomorrow today")
_WH = _set("what who whom whose when where why how which")
_NOT_RELATIVE = _set("what when where why how")
_BEFORE_WH = _set("for in at on by with from to about since of until under")
_MEASURE = _set("many much long often far old big large soon quickly fast late early well")
_WHAT_SUBJECT = _set(
    "brings brought happened happens made makes else about if kind kinds sort sorts type types time "
    "percentage part day date size number name"
)
_KNOWN = _FILLERS | _AUXILIARY | _SUBJECT | _DETERMINER | _WH | _BEFORE_WH | _MEASURE

_UNMARKED = _set("whats hows wheres whens whos")
"""Contractions as some recognisers write them."""
_ECHO = _set("so neither nor")
_CONDITIONAL_VERBS = _set("need have want require wish change find get decide feel run come")
_NOT_AFTER = _PRONOUN | _AUXILIARY | _set("so nor neither only than as to not please what that who which must just")
_REACH = 6
"""Words between a wh-word and its auxiliary ("how many of your sales people do")."""


def asks(clauses: list[list[str]]) -> bool:
    """Whether a sentence, as clauses of words, has the form of a question."""
    clauses = [_lowered(clause) for clause in clauses]
    words = [word for clause in clauses for word in clause]
    if words[0] in _ECHO and len(words) in (3, 4) and words[1] in _AUXILIARY:
        return False
    if _has_tag(clauses, words) or _asks_inside(words):
        return True
    opening = True
    for clause in clauses:
        core = _without_fillers(clause)
        if core and (_opens(core) if opening else _opens_strictly(core)):
            return True
        opening = opening and not core
    return False


def _lowered(clause: Sequence[str]) -> list[str]:
    words: list[str] = []
    for word in clause:
        low = word.lower()
        stem, _, ending = low.partition("'")
        if low in _UNMARKED:
            words += [low[:-1], "is"]
        elif stem in _WH and ending in ("s", "re", "d", "ll"):
            words += [stem, {"s": "is", "re": "are", "d": "did", "ll": "will"}[ending]]
        else:
            words.append(low if low in _KNOWN or stem == "i" else word)
    return words


def _without_fillers(clause: Sequence[str]) -> list[str]:
    place = 0
    while place < len(clause) and (
        clause[place] in _FILLERS or list(clause[place - 1 : place + 1]) == ["thank", "you"]
    ):
        place += 1
    return list(clause[place:])


def _has_tag(clauses: Sequence[Sequence[str]], words: Sequence[str]) -> bool:
    if len(words) > 3 and words[-2] in _AUXILIARY and words[-2].endswith("n't") and words[-1] in _PRONOUN | {"there"}:
        return True
    said = [word for clause in clauses[:-1] for word in clause if word not in _FILLERS]
    return list(clauses[-1]) in (["right"], ["correct"]) and len(said) > 1


def _asks_inside(words: Sequence[str]) -> bool:
    """A direct question inside a run of words without punctuation: embedded questions do not invert."""
    for place in range(len(words) - 2):
        first, second, third = words[place : place + 3]
        if first in _NOT_RELATIVE and second in _AUXILIARY - _BE and third in _PRONOUN:
            return True
        asks_you = first in _set("do did would could can will are") and second == "you"
        if place and asks_you and words[place - 1] not in _NOT_AFTER:
            return True
    return False


def _opens_strictly(words: Sequence[str]) -> bool:
    """Later clauses may be relative: only an auxiliary before a pronoun tells."""
    if words[0] in ("what", "how") and list(words[1:2]) == ["about"]:
        return True
    rest = words[1:] if words[0] in _WH else words
    if words[0] in ("what", "how") and len(rest) > 1 and rest[0] in _BE and rest[1] == "your":
        return True
    return len(rest) > 1 and rest[0] in _AUXILIARY and rest[1] in _PRONOUN and _opens_inverted(rest)


def _opens(words: Sequence[str]) -> bool:
    if words[0] in _AUXILIARY:
        return _opens_inverted(words)
    if words[0] in _BEFORE_WH and len(words) > 2 and words[1] in _WH:
        return _inverts(words[2:])
    if words[0] in _WH:
        return len(words) == 1 or _OPENERS[words[0]](words[1:])
    return list(words[:2]) in (["anything", "else"], ["any", "questions"]) and len(words) <= 8


def _opens_inverted(words: Sequence[str]) -> bool:
    if len(words) < 2:
        return False
    auxiliary, subject = words[0], words[1]
    if subject in _SUBJECT:
        return not _is_no_inversion(words)
    if subject in _DETERMINER:
        if auxiliary in _BE and subject in ("a", "an"):
            return False
        return auxiliary not in _set("have may do don't") or (auxiliary == "do" and subject not in _set("the a an"))
    if auxiliary in _set("does did doesn't didn't"):
        return subject not in _set("not so well great good") and len(words) > 2
    return len(words) > 2 and auxiliary not in _set("do have don't") and (subject[0].isupper() or subject in _DAY)


def _is_no_inversion(words: Sequence[str]) -> bool:
    """Imperatives and conditionals that look like inversion."""
    auxiliary, subject = words[0], words[1]
    third = words[2] if len(words) > 2 else ""
    if auxiliary in ("do", "have") and subject not in _PRONOUN - {"it"}:
        return True
    if auxiliary == "don't" and third in ("worry", "dare", "ever"):
        return True
    if auxiliary == "should" and subject == "you":
        return third in _CONDITIONAL_VERBS
    return auxiliary == "had" and third == "known"


def _inverts(words: Sequence[str]) -> bool:
    """Whether an auxiliary stands before the first subject pronoun."""
    for place, word in enumerate(words[:_REACH]):
        if word in _AUXILIARY:
            return place + 1 < len(words)
        if word in _PRONOUN or (place == 0 and word in _DETERMINER | _SUBJECT):
            return False
    return False


def _what(rest: Sequence[str]) -> bool:
    if _is_cleft(rest):
        return False
    if rest[0] in _WHAT_SUBJECT and not any(word in _PRONOUN for word in rest[1:_REACH]):
        return True
    lexical_verb = rest[0].endswith("s") and rest[0] not in _AUXILIARY
    return rest[0] in ("about", "if", "brings") or (not lexical_verb and _inverts(rest))


def _is_cleft(rest: Sequence[str]) -> bool:
    """Whether the clause is a subject: "what happened last year was ...", "what is important is ..."."""
    plain_copula = rest[0] in _BE and len(rest) > 1 and rest[1] not in _DETERMINER | _SUBJECT
    if not plain_copula and rest[0] not in _set("happened happens matters makes made helps"):
        return False
    for word in rest[1:]:
        if word in _set("when if while because that with"):
            return False
        if word in _set("is was are were"):
            return True
    return False


def _how(rest: Sequence[str]) -> bool:
    if rest[0] in _set("about come so"):
        return True
    if rest[0] in _MEASURE and not any(word in _PRONOUN | _AUXILIARY for word in rest):
        return True
    return _inverts(rest)


def _who(rest: Sequence[str]) -> bool:
    return rest[0] not in _SUBJECT | _DETERMINER and list(rest[1:2]) != ["also"]


def _when(rest: Sequence[str]) -> bool:
    return rest[0] in _AUXILIARY


def _why(rest: Sequence[str]) -> bool:
    return rest[0] in _AUXILIARY or rest[0] == "not"


def _which(rest: Sequence[str]) -> bool:
    if rest[0] in _AUXILIARY:
        return len(rest) > 1 and rest[1] in _PRONOUN | _set("better best your more")
    return _inverts(rest)


_OPENERS = {
    "what": _what,
    "who": _who,
    "whom": _inverts,
    "whose": _inverts,
    "when": _when,
    "where": _when,
    "why": _why,
    "how": _how,
    "which": _which,
}
