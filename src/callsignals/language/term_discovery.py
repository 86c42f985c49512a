"""Words that customers use and sellers do not, and the other way about, as candidates for the lists of terms.

Customer-side words are proposed as needs and seller-side words as product terms; which of them are is for a person to
say. Candidates are single lemmas and phrases of two or three adjacent content lemmas: noun chunks where spaCy has an
installed pipeline for the language, else collocations. Names and numbers are left out, and so is what fewer than
``MINIMUM_LEADS`` leads' calls have in common: it says more about somebody than about the trade.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

import numpy as np

from callsignals.conversation.sentences import Sentence
from callsignals.language.content import ContentWord, content_runs
from callsignals.language.keyness import SIGNIFICANT_Z, associated, informative_prior, log_odds_z
from callsignals.language.mentions import find_mentions
from callsignals.language.term_index import index_of
from callsignals.language.term_list import TermKind, TermList
from callsignals.vocabulary.spoken import LANGUAGES, Transcript

__all__ = ["Candidate", "Example", "SpokenCall", "Suggestions", "UnusedTerm", "suggest_terms"]

MINIMUM_LEMMAS = 200
"""Fewer content lemmas than this on either side: nothing is said about a language."""
MINIMUM_COUNT = 3
MINIMUM_LEADS = 2
MAXIMUM_EXAMPLES = 3
LONGEST_PHRASE = 3
_SHORTLIST = 5
"""So many times the wanted number are looked at closely: leads and examples are known only then."""
_PIPELINES = {"en": "en_core_web_sm", "sv": "sv_core_news_sm", "fi": "fi_core_news_sm"}

Phrase = tuple[str, ...]
Method = Literal["noun_chunks", "collocations"]
Parser = Callable[[str], Any]
"""spaCy's ``Language``: a text to a ``Doc`` with ``noun_chunks``."""


@dataclass(frozen=True, slots=True)
class SpokenCall:
    """One conversation.

    Attributes:
        call_id, lead_id: of the call.
        transcript: roles settled.
    """

    call_id: str
    lead_id: str
    transcript: Transcript


@dataclass(frozen=True, slots=True)
class Example:
    """Where a candidate is said; ``start_s`` is None where the transcript has no times."""

    call_id: str
    start_s: float | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A word or phrase that one side uses more than the other.

    Attributes:
        kind: need (customer-side) or product (seller-side).
        language: en, sv or fi.
        phrase: as it is mostly said, case-folded.
        z: see ``callsignals.language.keyness``; above zero for needs.
        customer_count, seller_count: times said.
        lead_count: leads in whose calls it is said.
        examples: by its own side, one a call.
    """

    kind: TermKind
    language: str
    phrase: str
    z: float
    customer_count: int
    seller_count: int
    lead_count: int
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class UnusedTerm:
    """A listed phrase or pattern that nobody says."""

    kind: TermKind
    language: str
    term: str


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What was found.

    Attributes:
        calls: conversations by language.
        methods: by language how phrases were found.
        too_little: languages in which one side says under ``MINIMUM_LEMMAS`` content lemmas.
        candidates: by language and kind, the most telling first.
        unused: listed terms of the languages spoken, in the list's order.
    """

    calls: Mapping[str, int]
    methods: Mapping[str, Method]
    too_little: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    unused: tuple[UnusedTerm, ...]


@dataclass(slots=True)
class _Counts:
    """What is said in one language: of each phrase the times by customer and seller."""

    customer: Counter[Phrase] = field(default_factory=Counter)
    seller: Counter[Phrase] = field(default_factory=Counter)
    chunks: set[Phrase] = field(default_factory=set)
    calls: int = 0
    said: set[tuple[TermKind, str]] = field(default_factory=set)


@dataclass(slots=True)
class _Closer:
    """What a shortlisted phrase looks like."""

    forms: Counter[str] = field(default_factory=Counter)
    leads: set[str] = field(default_factory=set)
    examples: dict[str, Example] = field(default_factory=dict)


@lru_cache(maxsize=len(LANGUAGES))
def installed_parser(language: str) -> Parser | None:
    """SpaCy's small pipeline of a language where its package is installed; None elsewhere."""
    import spacy

    name = _PIPELINES.get(language)
    return spacy.load(name, exclude=["ner"]) if name is not None and spacy.util.is_package(name) else None


def suggest_terms(
    calls: Callable[[], Iterable[SpokenCall]],
    terms: TermList,
    *,
    top: int = 25,
    parser: Callable[[str], Parser | None] = installed_parser,
) -> Suggestions:
    """Candidates of each language and kind.

    Args:
        calls: gives the conversations, each time it is called; they are read twice and not held in memory.
        terms: the current list: what it covers is not proposed.
        top: at most so many candidates a language and kind.
        parser: the pipeline of a language, if there is one.
    """
    counts = _counted(calls(), terms, parser)
    too_little = {
        language
        for language, found in counts.items()
        if min(_lemma_count(found.customer), _lemma_count(found.seller)) < MINIMUM_LEMMAS
    }
    scores = {language: _scores(found) for language, found in counts.items() if language not in too_little}
    shortlist = {language: _shortlist(scored, counts[language], top) for language, scored in scores.items()}
    closer = _looked_at(calls(), shortlist)
    candidates = [
        candidate
        for language in LANGUAGES
        if language in shortlist
        for kind, phrases in shortlist[language].items()
        for candidate in _candidates(
            kind, language, phrases, scores[language], counts[language], closer[language], terms, top
        )
    ]
    return Suggestions(
        calls={language: counts[language].calls for language in LANGUAGES if language in counts},
        methods={
            language: "noun_chunks" if parser(language) is not None else "collocations"
            for language in LANGUAGES
            if language in scores
        },
        too_little=tuple(language for language in LANGUAGES if language in too_little),
        candidates=tuple(candidates),
        unused=tuple(_unused(terms, counts)),
    )


def _counted(
    calls: Iterable[SpokenCall], terms: TermList, parser: Callable[[str], Parser | None]
) -> dict[str, _Counts]:
    counts: dict[str, _Counts] = {}
    for call in calls:
        language, words = call.transcript.language or "", call.transcript.words
        if language not in LANGUAGES or not call.transcript.roles_known:
            continue
        found = counts.setdefault(language, _Counts())
        found.calls += 1
        found.said |= {(mention.kind, mention.term) for mention in find_mentions(words, language, terms)}
        nlp = parser(language)
        for sentence, runs in content_runs(words, language):
            if sentence.party not in ("customer", "seller"):
                continue
            side = found.customer if sentence.party == "customer" else found.seller
            side.update(phrase for run in runs for phrase, _ in _phrases(run))
            if nlp is not None:
                found.chunks |= _noun_chunks(nlp, sentence, runs)
    return counts


def _phrases(run: Sequence[ContentWord]) -> Iterator[tuple[Phrase, Sequence[ContentWord]]]:
    for first in range(len(run)):
        for last in range(first + 1, min(len(run), first + LONGEST_PHRASE) + 1):
            part = run[first:last]
            yield tuple(word.lemma for word in part), part


def _noun_chunks(nlp: Parser, sentence: Sentence, runs: Iterable[Sequence[ContentWord]]) -> set[Phrase]:
    """The content lemmas of noun chunks of several words."""
    starts, at = {}, 0
    for index, text in zip(sentence.word_indices, sentence.text.split(" "), strict=False):
        starts[index] = at
        at += len(text) + 1
    placed = [(starts.get(word.word, -1), word.lemma) for run in runs for word in run]
    spans = [(chunk.start_char, chunk.end_char) for chunk in nlp(sentence.text).noun_chunks]
    inside = (tuple(lemma for place, lemma in placed if start <= place < end) for start, end in spans)
    return {phrase for phrase in inside if 1 < len(phrase) <= LONGEST_PHRASE}


def _lemma_count(side: Counter[Phrase]) -> int:
    return sum(count for phrase, count in side.items() if len(phrase) == 1)


def _scores(found: _Counts) -> dict[Phrase, float]:
    """The z-score of every lemma and of every phrase that is one."""
    both = found.customer + found.seller
    total = _lemma_count(both)
    kept = sorted(
        phrase
        for phrase, count in both.items()
        if len(phrase) == 1
        or (count >= MINIMUM_COUNT and (phrase in found.chunks if found.chunks else associated(phrase, both, total)))
    )
    customer = np.array([found.customer[phrase] for phrase in kept], np.float64)
    seller = np.array([found.seller[phrase] for phrase in kept], np.float64)
    z = log_odds_z(customer, seller, informative_prior(customer, seller))
    return dict(zip(kept, map(float, z), strict=True))


def _shortlist(scored: Mapping[Phrase, float], found: _Counts, top: int) -> dict[TermKind, list[Phrase]]:
    kinds: tuple[tuple[TermKind, int, Counter[Phrase]], ...] = (
        ("need", 1, found.customer),
        ("product", -1, found.seller),
    )
    return {
        kind: sorted(
            (p for p, z in scored.items() if sign * z >= SIGNIFICANT_Z and side[p] >= MINIMUM_COUNT),
            key=lambda phrase: (-sign * scored[phrase], phrase),
        )[: _SHORTLIST * top]
        for kind, sign, side in kinds
    }


def _looked_at(
    calls: Iterable[SpokenCall], shortlist: Mapping[str, Mapping[TermKind, Sequence[Phrase]]]
) -> dict[str, dict[Phrase, _Closer]]:
    sides = {
        language: {
            phrase: ("customer" if kind == "need" else "seller") for kind, found in kinds.items() for phrase in found
        }
        for language, kinds in shortlist.items()
    }
    closer = {language: {phrase: _Closer() for phrase in phrases} for language, phrases in sides.items()}
    for call in calls:
        language, words = call.transcript.language or "", call.transcript.words
        if language not in sides or not call.transcript.roles_known:
            continue
        for sentence, runs in content_runs(words, language):
            for phrase, part in (found for run in runs for found in _phrases(run)):
                if sides[language].get(phrase) == sentence.party:
                    seen = closer[language][phrase]
                    seen.forms[" ".join(word.said for word in part)] += 1
                    seen.leads.add(call.lead_id)
                    seen.examples.setdefault(call.call_id, Example(call.call_id, words[part[0].word].start_s))
    return closer


def _candidates(
    kind: TermKind,
    language: str,
    phrases: Sequence[Phrase],
    scores: Mapping[Phrase, float],
    counts: _Counts,
    closer: Mapping[Phrase, _Closer],
    terms: TermList,
    top: int,
) -> list[Candidate]:
    """What several leads share and the list does not cover, without parts of phrases that nobody says alone."""
    side = counts.customer if kind == "need" else counts.seller
    found = []
    for phrase in phrases:
        seen = closer[phrase]
        form = min(seen.forms, key=lambda said: (-seen.forms[said], said))
        is_part = any(_contains(longer, phrase) and side[longer] >= side[phrase] for longer in phrases)
        if len(seen.leads) < MINIMUM_LEADS or is_part or _is_listed(form, language, terms):
            continue
        found.append(
            Candidate(
                kind=kind,
                language=language,
                phrase=form,
                z=scores[phrase],
                customer_count=counts.customer[phrase],
                seller_count=counts.seller[phrase],
                lead_count=len(seen.leads),
                examples=tuple(seen.examples.values())[:MAXIMUM_EXAMPLES],
            )
        )
    return found[:top]


def _contains(longer: Phrase, phrase: Phrase) -> bool:
    size = len(phrase)
    return len(longer) > size and any(longer[at : at + size] == phrase for at in range(len(longer) - size + 1))


def _is_listed(form: str, language: str, terms: TermList) -> bool:
    if language not in terms.languages:
        return False
    return any(hit.kind is not None for hit in index_of(terms, language).hits(form.split()))


def _unused(terms: TermList, counts: Mapping[str, _Counts]) -> Iterator[UnusedTerm]:
    for entry in terms.entries:
        if entry.language in counts:
            for term in (*entry.phrases, *entry.regex):
                if (entry.kind, term) not in counts[entry.language].said:
                    yield UnusedTerm(entry.kind, entry.language, term)
