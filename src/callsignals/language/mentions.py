"""Where a call mentions the terms of a list.

Each voice is taken sentence by sentence (``callsignals.conversation.sentences``: a backchannel of the
other side does not end a sentence). Within a sentence, every listed phrase is sought on lemmas;
single-word phrases also inside compounds. Of matches that share a word the longest is kept: most words
first, then a whole word before a part of a compound, then the longer phrase, then the later part of a
compound.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from callsignals.conversation.sentences import sentences
from callsignals.language.term_index import TermIndex, index_of
from callsignals.language.term_list import TermKind, TermList
from callsignals.vocabulary.spoken import Party, Word

__all__ = ["Mention", "find_mentions"]


@dataclass(frozen=True, slots=True)
class Mention:
    """One mention of a term.

    Attributes:
        kind: need or product.
        term: the phrase (or pattern) as listed.
        first_word, last_word: indices into the words given, both inclusive; a backchannel's words may lie
            between.
        start_s, end_s: seconds; None when the transcript has no times.
        party, speaker: who said it.
    """

    kind: TermKind
    term: str
    first_word: int
    last_word: int
    start_s: float | None
    end_s: float | None
    party: Party
    speaker: str


@dataclass(frozen=True, slots=True)
class _Candidate:
    kind: TermKind | None
    term: str
    positions: tuple[int, ...]
    rank: int

    @property
    def order(self) -> tuple[int, int, int, int, str]:
        return (-len(self.positions), self.rank, -len(self.term), -self.positions[0], self.term)


def find_mentions(words: Sequence[Word], language: str | None, terms: TermList) -> tuple[Mention, ...]:
    """Mentions of a list's terms, by first word.

    Args:
        words: of one call, in the transcript's order; words of the party ``other`` are passed over.
        language: of the call; without terms for it there are no mentions.
        terms: the list.
    """
    if language is None or language not in terms.languages:
        return ()
    index = index_of(terms, language)
    found = [
        mention
        for sentence in sentences(words, language)
        if sentence.party != "other"
        for mention in _mentions_in(sentence.word_indices, words, index)
    ]
    return tuple(sorted(found, key=lambda mention: (mention.first_word, mention.last_word)))


def _mentions_in(piece: Sequence[int], words: Sequence[Word], index: TermIndex) -> Iterator[Mention]:
    candidates = [
        _Candidate(hit.kind, hit.term, tuple(piece[offset] for offset in hit.offsets), hit.rank)
        for hit in index.hits([words[position].text for position in piece])
    ]
    taken: set[int] = set()
    for candidate in sorted(candidates, key=lambda one: one.order):
        if taken.isdisjoint(candidate.positions):
            taken.update(candidate.positions)
            if candidate.kind is not None:
                yield _mention(candidate.kind, candidate, words)


def _mention(kind: TermKind, candidate: _Candidate, words: Sequence[Word]) -> Mention:
    first, last = candidate.positions[0], candidate.positions[-1]
    return Mention(
        kind=kind,
        term=candidate.term,
        first_word=first,
        last_word=last,
        start_s=words[first].start_s,
        end_s=words[last].end_s,
        party=words[first].party,
        speaker=words[first].speaker,
    )
