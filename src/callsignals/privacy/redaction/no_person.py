"""What looks like a person's name and is none: a company, a brand, a place, an ordinary word with a capital."""

from __future__ import annotations

from callsignals.language.dictionary import dictionary_lemma
from callsignals.privacy.redaction.name_context import JOINS, NameContext
from callsignals.privacy.redaction.name_forms import COMPANY_FORMS, bare_forms, name_roles
from callsignals.privacy.redaction.name_tokens import name_cues
from callsignals.privacy.redaction.word_sets import word_set

__all__ = ["is_no_person", "is_only_a_word"]

_LOCAL = ("ssa", "ssä", "sta", "stä")
"""Cases of places; people take the outer ones (-lla, -lta)."""
_ARTICLES = word_set("the a an any no every each")
_PEOPLE = word_set("family guy lady person man woman boy girl chap fellow bloke i we you he she they")
"""After an article and a name: "the Mark I know", "a Grace from your team"."""
_ON_SCREEN = word_set("click clicked clicking press pressed tap tick choose select selected hit button option please")
_ACTED_ON = word_set("as the it this that these those them all your my our now up off down in out to")
_DONE = word_set(
    "paid unpaid read unread done complete completed sent spam resolved solved closed received delivered void draft "
    "final junk urgent shipped answered due overdue"
)
_THINGS = word_set(
    "period periods payment payments pay note notes date dates amount amounts reminder reminders text format function "
    "option options button setting settings field fields screen page report reports application applications"
)
"""What an English word that is a name as well can be the first half of: "Grace Period", "Bill Payments"."""


def is_no_person(context: NameContext, first: int, end: int) -> bool:
    """Whether the words are a company's name, a brand or a place."""
    before = context.tokens[first - 1] if first and context.tokens[first].gap.strip() in ("", "&") else None
    if before is not None and before.folded in context.cues.sole_trader:
        return False
    said = " ".join(token.folded for token in context.tokens[first:end])
    if said in context.cues.brands or any(token.folded in context.cues.brands for token in context.tokens[first:end]):
        return True
    if _company_follows(context, end) or (
        first and context.tokens[first - 1].folded in context.cues.months and end - first == 1
    ):
        return True
    if _is_house(context, first, end):
        return True
    if any(token.folded in context.cues.company_before for token in context.tokens[first:end] if token.capital):
        return True
    if before is not None and (before.folded in context.cues.company_before or "&" in context.tokens[first].gap):
        return True
    return end - first == 1 and _is_place(context, first)


def is_only_a_word(context: NameContext, at: int) -> bool:
    """Whether an English word that may be a name is the plain word in spite of its capital: "a Grace period".

    For words without a cue ("hi", "spoke to") before them; English stands in the other languages' texts, too.
    """
    token = context.tokens[at]
    if not name_roles(token.folded, "en")[1] or at + 1 >= len(context.tokens) or not context.adjoins(at + 1):
        return False
    after = context.tokens[at + 1]
    if after.folded in _THINGS:
        return True
    if after.folded == "as" and at + 2 < len(context.tokens) and context.tokens[at + 2].folded in _DONE:
        return True
    if context.follows(at, _ON_SCREEN):
        return after.folded in _ACTED_ON
    english = name_cues("en")
    if (
        not context.follows(at, _ARTICLES)
        or after.folded in _PEOPLE | english.after | english.never
        or "s" in after.roles
    ):
        return False
    return dictionary_lemma(after.folded, "en") is not None


def _is_house(context: NameContext, first: int, end: int) -> bool:
    """A surname with an unknown word behind it, both with capitals: "Kowalski Packaging"."""
    words = context.tokens[first:end]
    if len(words) < 2 or context.small or context.cue_before(first) is not None:
        return False
    return words[0].roles == "s" and words[0].gap != "-" and not words[-1].roles and words[-1].gap == " "


def _company_follows(context: NameContext, end: int) -> bool:
    for further in range(end, min(end + 3, len(context.tokens))):
        token = context.tokens[further]
        if "&" in token.gap or "+" in token.gap:
            return True
        if token.gap not in JOINS or token.gap == "\n":
            return False
        if (
            token.folded in COMPANY_FORMS
            and (token.capital or context.small)
            and not (token.folded in ("as", "co", "group") and not token.capital)
        ):
            return True
        bare = next(iter(bare_forms(token.folded, "en")))
        if further == end and (
            token.folded in context.cues.company_after or bare.partition(":")[0] in COMPANY_FORMS - {"as", "co"}
        ):
            return token.capital or context.small
        if not token.capital:
            return False
    return False


def _is_place(context: NameContext, at: int) -> bool:
    token = context.tokens[at]
    if (
        context.language == "fi"
        and token.roles == "s"
        and token.folded.endswith(_LOCAL)
        and "se" not in token.folded[-5:-3]
    ):
        return True
    if not any(form in context.cues.places for form in bare_forms(token.folded, context.language)):
        return False
    cue = context.cue_before(at)
    return cue != "naming"
