"""Names of persons, by lists of names and the words around them.

A name that is no ordinary word is taken wherever it stands. One that is ("Björn", "Toivo", "Will") needs a capital
inside a sentence, another name beside it, or a cue ("jag heter", "this is ... from"). After a cue that can only be
followed by a name, an unknown word is taken too. Names inside names of companies, brands and places are left.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from callsignals.privacy.redaction.finding import Finding
from callsignals.privacy.redaction.name_context import JOINS, NameContext
from callsignals.privacy.redaction.name_forms import COMPANY_FORMS, bare_forms, is_listed, name_roles
from callsignals.privacy.redaction.name_tokens import NameToken, is_small_style, name_cues, name_tokens
from callsignals.privacy.redaction.no_person import is_no_person, is_only_a_word
from callsignals.privacy.redaction.word_sets import word_set

__all__ = ["find_names"]

_MOST_UNKNOWN = 2
_CONTRACTION = re.compile(r"(?:i|you|we|they|that|it|he|she|there|what|who|where|how|let|here)'")
_FEWEST_LETTERS = 3
_HELLOS = word_set("hi hello hey dear thanks hej hejsan tjena hallå tack bästa hei moi moikka terve kiitos")
_INSIDE = frozenset({"in", "near", "outside", "i", "nära", "utanför", "kring"})
"""Before a surname: it is a place's name then."""
_LONG_ENOUGH_IN_SMALL = 4


def find_names(text: str, language: str) -> Iterator[Finding]:
    """Every name of a person that lists and cues give away; findings may overlap.

    Args:
        text: any text; placeholders in it are passed over.
        language: ``en``, ``sv`` or ``fi``: whose cues, endings and ordinary words. Names are those of all.
    """
    tokens = name_tokens(text, language)
    names = _Names(tokens, name_cues(language), language, is_small_style(tokens))
    yield from names.findings()


@dataclass(frozen=True, slots=True)
class _Names(NameContext):
    def findings(self) -> Iterator[Finding]:
        at = 0
        while at < len(self.tokens):
            end = self._name_from(at)
            if end is None:
                at += 1
                continue
            first = self._leftmost(at)
            if not is_no_person(self, first, end):
                yield self._finding(first, end)
            at = end

    def _finding(self, first: int, end: int) -> Finding:
        return Finding(self.tokens[first].start_char, self.tokens[end - 1].end_char, "name")

    def _name_from(self, at: int) -> int | None:
        """Where the name that begins at a token ends, exclusive; None when none begins there."""
        token = self.tokens[at]
        if not token.is_letters:
            return None
        cue = self.cue_before(at)
        if _CONTRACTION.match(token.folded):
            return None
        if cue == "naming":
            end = self._named(at)
            if end is not None:
                return end
        if not token.roles:
            return self._greeted(at) if cue == "greeting" else None
        if cue is None and is_only_a_word(self, at):
            return None
        if self._is_sure(at) or self._is_likely(at, cue) or self._is_first_of_full_name(at):
            end = self._extended(at)
            return end + 1 if self.small and cue is not None and end == at + 1 and self._unknown_follows(at) else end
        return None

    def _greeted(self, at: int) -> int | None:
        """The end of an unknown word with a capital after "hej" or "thanks": "Hej Ylvali Kortqvist"."""
        token = self.tokens[at]
        if self.tokens[at - 1].folded not in _HELLOS or not self.stands_out(token) or not self._is_unknown_name(token):
            return None
        return None if self.in_dictionary(token) else self._extended(at)

    def _is_sure(self, at: int) -> bool:
        """Whether a word is a name wherever it stands."""
        token = self.tokens[at]
        if (
            token.ordinary
            or not {"f", "s"} & set(token.roles)
            or (token.folded in self.cues.never and not token.capital)
        ):
            return False
        if not self.stands_out(token) and self._is_english_word(token):
            return False
        if not token.capital and ("r" in token.roles or self._is_plural(token)):
            return False
        if "f" not in token.roles and self.follows(at, _INSIDE):
            return False
        if token.folded in self.cues.places or token.folded in self.cues.months:
            return False
        if self.small or token.capital:
            shouted = not self.small and token.text.isupper() and len(token.text) <= _FEWEST_LETTERS
            return len(token.folded) >= _FEWEST_LETTERS and not shouted
        return "f" in token.roles and len(token.folded) >= _LONG_ENOUGH_IN_SMALL and not self.in_dictionary(token)

    def _is_english_word(self, token: NameToken) -> bool:
        """English words stand in the other languages' texts, too."""
        return name_roles(token.folded, "en")[1] or token.folded in name_cues("en").never

    def _is_plural(self, token: NameToken) -> bool:
        """Whether an English word is a listed name with an s, which then has a capital ("the Hendersons")."""
        return (
            self.language == "en"
            and token.folded.endswith("s")
            and "'" not in token.folded
            and not is_listed(token.folded)
        )

    def _is_likely(self, at: int, cue: str | None) -> bool:
        """Whether a given name that may be another word is one here."""
        token = self.tokens[at]
        if token.folded in self.cues.months or (token.folded in self.cues.never and not self.stands_out(token)):
            return False
        is_short = len(token.text) < _FEWEST_LETTERS or (token.text.isupper() and len(token.text) == _FEWEST_LETTERS)
        if "f" in token.roles and self.stands_out(token) and not is_short:
            return not self._is_place_here(at)
        opens = token.initial or (self.small and self.opens(at))
        if "f" in token.roles and opens and self._goes_on_as_person(at):
            return True
        return cue in ("greeting", "presenting") and (token.capital or self.small) and self._is_addressed(at, cue)

    def _is_place_here(self, at: int) -> bool:
        return self.tokens[at].folded in self.cues.places and self.follows(at, self.cues.place_before)

    def _is_addressed(self, at: int, cue: str | None) -> bool:
        token = self.tokens[at]
        if "f" not in token.roles and not ("r" in token.roles and token.capital):
            return False
        if self._is_place_here(at):
            return False
        if not self.small:
            return True
        return cue == "greeting" or self._goes_on_as_person(at) or self._unknown_follows(at)

    def _unknown_follows(self, at: int) -> bool:
        """Whether the next word is in no dictionary: a surname in a text without capitals."""
        if at + 1 >= len(self.tokens) or not self.adjoins(at + 1):
            return False
        following = self.tokens[at + 1]
        if (
            not following.is_letters
            or len(following.folded) < _LONG_ENOUGH_IN_SMALL
            or following.folded in self.cues.never
        ):
            return False
        return not following.ordinary and not self.in_dictionary(following)

    def _goes_on_as_person(self, at: int) -> bool:
        following = self.tokens[at + 1] if at + 1 < len(self.tokens) else None
        if following is None or following.gap not in JOINS:
            return False
        if following.folded in self.cues.after:
            return True
        return bool({"s"} & set(following.roles)) and not following.ordinary

    def _is_first_of_full_name(self, at: int) -> bool:
        """An ordinary or rare given name with a surname behind it: "mark johnson", "Ilo Virtanen"."""
        token = self.tokens[at]
        if not {"f", "r"} & set(token.roles) or at + 1 >= len(self.tokens) or token.folded in self.cues.never:
            return False
        following = self.tokens[at + 1]
        if following.gap not in JOINS or "s" not in following.roles or following.gap == "\n":
            return False
        if not self.small:
            return token.capital and following.capital and (not following.ordinary or not token.initial)
        return not following.ordinary and following.folded not in self.cues.places

    def _named(self, at: int) -> int | None:
        """The end of what stands after a cue that a name must follow."""
        end = at
        while end < len(self.tokens) and end - at < 3 and (end == at or self.adjoins(end)):
            token = self.tokens[end]
            if not token.is_letters or (
                token.folded in self.cues.never and not (token.capital and not self.small and token.roles)
            ):
                break
            listed = bool(token.roles)
            if self.small:
                if not (listed or not self.in_dictionary(token)) or len(token.folded) < 2:
                    break
                if end > at and listed and token.ordinary and "s" not in token.roles:
                    break
                if end > at and not listed and self.in_dictionary(token):
                    break
            elif (
                not token.capital
                and token.folded not in self.cues.particles
                and (end > at or token.ordinary or not listed)
            ):
                break
            end += 1
        while end > at and self.tokens[end - 1].folded in self.cues.particles:
            end -= 1
        return end if end > at else None

    def _extended(self, at: int) -> int:
        """The end of a name that begins at a token: further given names, surnames, unknown words with capitals."""
        end, unknown = at + 1, 0
        while end < len(self.tokens) and self.adjoins(end) and not self._is_inflected(end - 1):
            token = self.tokens[end]
            if not token.is_letters or self._is_company_word(token):
                break
            if token.folded in self.cues.particles and not self.small and self._capital_follows(end):
                end += 1
                continue
            if not self._joins_name(token):
                is_whole = end - at > 1 and "s" in self.tokens[end - 1].roles and token.gap != "-"
                if is_whole or not self._is_unknown_name(token) or unknown == _MOST_UNKNOWN:
                    break
                unknown += 1
            end += 1
        return end

    def _joins_name(self, token: NameToken) -> bool:
        if not token.roles or token.initial:
            return False
        if not self.small:
            return token.capital
        if token.folded in self.cues.never or token.folded in self.cues.after:
            return False
        return not token.ordinary or "s" in token.roles

    def _is_unknown_name(self, token: NameToken) -> bool:
        return token.capital and not self.small and not token.initial and not token.text.isupper()

    def _capital_follows(self, at: int) -> bool:
        return at + 1 < len(self.tokens) and self.adjoins(at + 1) and self.tokens[at + 1].capital

    def _is_inflected(self, at: int) -> bool:
        """Whether a listed name carries an ending: what follows is not its surname ("Annas Volvo")."""
        token = self.tokens[at]
        forms = bare_forms(token.folded, self.language)
        bare = next(forms)
        if self.language == "fi":
            return "'" in token.folded
        return ("'" in bare and not bare.startswith(("o'", "d'"))) or (
            bool(token.roles) and self.language == "sv" and bare.endswith("s") and not is_listed(bare)
        )

    def _leftmost(self, at: int) -> int:
        """Where a surname's name begins: an unknown or ordinary word with a capital before it."""
        token = self.tokens[at]
        while at and token.gap == "-" and self.tokens[at - 1].is_letters:  # Ann-Sofie
            at -= 1
            token = self.tokens[at]
        if at == 0 or "s" not in token.roles or not self.adjoins(at):
            return at
        before = self.tokens[at - 1]
        if not before.is_letters or not before.capital or self.small or before.folded in self.cues.never:
            return at
        if before.initial and not before.roles and (self.in_dictionary(before) or self._is_cue_word(before)):
            return at
        if before.folded in self.cues.company_before or before.text.isupper():
            return at
        return at - 1

    def _is_cue_word(self, token: NameToken) -> bool:
        return token.folded in self.cues.phrase_words

    def _is_company_word(self, token: NameToken) -> bool:
        return token.folded in COMPANY_FORMS or (token.folded in self.cues.company_after and not token.roles)
