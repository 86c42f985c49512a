"""The term signals of one call: what share of it is about the customer's needs, what about our product.

With N_p and P_p the need and product mentions by party p::

    need_term_share    = (N_s + N_c) / (N_s + N_c + P_s + P_c)        product_term_share = 1 - need_term_share
    <p>_need_term_share = N_p / (N_p + P_p)
    need_talk_share    = seconds of sentences about needs / speech seconds S + C of both parties
    need_uptake        = customer's distinct need terms that the seller says later / customer's distinct
    need terms

A sentence is about what it mentions more; on a tie each kind gets half of its seconds; a sentence that
mentions none counts for neither. A sentence's seconds are the union of its words' times, clipped to its
party's speech.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from callsignals.conversation.intervals import intersect, total_s, union
from callsignals.conversation.sentences import Sentence
from callsignals.conversation.timeline import Timeline
from callsignals.language.mentions import Mention
from callsignals.language.term_list import TermKind, TermList
from callsignals.vocabulary.definitions import TERM_SIGNALS
from callsignals.vocabulary.signal import Signal, TimeSpan
from callsignals.vocabulary.spoken import LANGUAGES, Party, Transcript

__all__ = ["MIN_MENTIONS", "MIN_NEED_TERMS", "MIN_SENTENCES", "term_signals", "why_no_terms"]

MIN_MENTIONS = 5
MIN_SENTENCES = 20
MIN_NEED_TERMS = 3

UNDER_5_MENTIONS = "under_5_mentions"
UNDER_20_SENTENCES = "under_20_sentences"
UNDER_3_NEED_TERMS = "under_3_need_terms"
ROLES_UNKNOWN = "roles_unknown"
NO_TIMES = "no_times"
LANGUAGE_NOT_SUPPORTED = "language_not_supported"
NO_TERMS_FOR_LANGUAGE = "no_terms_for_language"


def why_no_terms(language: str | None, terms: TermList) -> str | None:
    """Why there are no term signals in this language, for ``insufficient_reason``; None when there are."""
    if language not in LANGUAGES:
        return LANGUAGE_NOT_SUPPORTED
    present = {(entry.kind, entry.language) for entry in terms.entries}
    # One kind alone would make every share 0 or 1, whatever was said.
    both = ("need", language) in present and ("product", language) in present
    return None if both else NO_TERMS_FOR_LANGUAGE


def term_signals(
    transcript: Transcript,
    mentions: Sequence[Mention],
    sentences: Sequence[Sentence],
    *,
    insufficient_reason: str | None = None,
) -> list[Signal]:
    """The seven term signals, each once, in the order of ``TERM_SIGNALS``.

    Args:
        transcript: the call, with its parties.
        mentions: of the transcript's words, from :func:`callsignals.language.mentions.find_mentions`.
        sentences: of the transcript's words, from :func:`callsignals.conversation.sentences.sentences`.
        insufficient_reason: makes every signal insufficient for this reason (``not_a_conversation``,
            :func:`why_no_terms`, ...).

    Returns:
        Signals with numerator and denominator (counts of mentions or of terms, or seconds), ``n``
        (mentions of the share, sentences, or distinct need terms), and the mentions' times as evidence.
    """
    if insufficient_reason is None and transcript.language not in LANGUAGES:
        insufficient_reason = LANGUAGE_NOT_SUPPORTED
    if insufficient_reason is not None:
        return [Signal.insufficient(name, insufficient_reason) for name in TERM_SIGNALS]
    counted = [mention for mention in mentions if mention.party != "other"]
    talk = _talk(transcript, counted, sentences)
    signals = {
        "need_term_share": _share("need_term_share", counted, "need"),
        "product_term_share": _share("product_term_share", counted, "product"),
        "customer_need_term_share": _party_share("customer", transcript, counted),
        "seller_need_term_share": _party_share("seller", transcript, counted),
        "need_talk_share": _talk_share("need", talk, counted),
        "product_talk_share": _talk_share("product", talk, counted),
        "need_uptake": _need_uptake(transcript, counted),
    }
    return [signals[name] for name in TERM_SIGNALS]


def _share(name: str, mentions: Sequence[Mention], kind: TermKind) -> Signal:
    of_kind = [mention for mention in mentions if mention.kind == kind]
    return _ratio(name, len(of_kind), len(mentions), len(mentions), MIN_MENTIONS, UNDER_5_MENTIONS, of_kind)


def _party_share(party: Party, transcript: Transcript, mentions: Sequence[Mention]) -> Signal:
    name = f"{party}_need_term_share"
    if not transcript.roles_known:
        return Signal.insufficient(name, ROLES_UNKNOWN)
    return _share(name, [mention for mention in mentions if mention.party == party], "need")


def _ratio(
    name: str,
    numerator: float,
    denominator: float,
    n: int,
    minimum: int,
    reason: str,
    evidence: Iterable[Mention],
) -> Signal:
    if n < minimum:
        return Signal.insufficient(name, reason, numerator=numerator, denominator=denominator, n=n)
    return Signal(
        name=name,
        value=numerator / denominator,
        numerator=numerator,
        denominator=denominator,
        n=n,
        evidence=_spans(evidence),
    )


def _spans(mentions: Iterable[Mention]) -> tuple[TimeSpan, ...]:
    return tuple(
        TimeSpan(mention.start_s, mention.end_s)
        for mention in mentions
        if mention.start_s is not None and mention.end_s is not None
    )


@dataclass(frozen=True, slots=True)
class _Talk:
    """Seconds by kind (None when the call has no times), all speech seconds, number of sentences."""

    seconds: Mapping[TermKind, float] | None
    speech_s: float
    sentence_count: int


def _talk(transcript: Transcript, mentions: Sequence[Mention], sentences: Sequence[Sentence]) -> _Talk:
    parties = [sentence for sentence in sentences if sentence.party != "other"]
    if transcript.timing == "none":
        return _Talk(None, 0.0, len(parties))
    timeline = Timeline.of(transcript)
    counts = _counts_by_first_word(mentions, parties)
    seconds: dict[TermKind, float] = {"need": 0.0, "product": 0.0}
    for sentence in parties:
        need, product = counts[sentence.first_word]["need"], counts[sentence.first_word]["product"]
        if need or product:
            need_part = 0.5 if need == product else float(need > product)
            spoken_s = _spoken_s(sentence, transcript, timeline)
            seconds["need"] += need_part * spoken_s
            seconds["product"] += (1.0 - need_part) * spoken_s
    return _Talk(seconds, timeline.speech_s("a") + timeline.speech_s("b"), len(parties))


def _counts_by_first_word(
    mentions: Sequence[Mention], sentences: Sequence[Sentence]
) -> defaultdict[int, Counter[TermKind]]:
    """How many mentions of each kind a sentence has, by the sentence's first word."""
    sentence_of = {index: sentence.first_word for sentence in sentences for index in sentence.word_indices}
    counts: defaultdict[int, Counter[TermKind]] = defaultdict(Counter)
    for mention in mentions:
        if mention.first_word in sentence_of:
            counts[sentence_of[mention.first_word]][mention.kind] += 1
    return counts


def _spoken_s(sentence: Sentence, transcript: Transcript, timeline: Timeline) -> float:
    side = timeline.side_of(sentence.party, sentence.speaker)
    if side is None:
        return 0.0
    times = [
        (word.start_s, word.end_s)
        for word in (transcript.words[index] for index in sentence.word_indices)
        if word.start_s is not None and word.end_s is not None
    ]
    return total_s(intersect(union(times), timeline.of_side(side)))


def _talk_share(kind: TermKind, talk: _Talk, mentions: Sequence[Mention]) -> Signal:
    name = f"{kind}_talk_share"
    if talk.seconds is None or talk.speech_s <= 0.0:
        return Signal.insufficient(name, NO_TIMES, n=talk.sentence_count)
    evidence = [mention for mention in mentions if mention.kind == kind]
    return _ratio(
        name,
        talk.seconds[kind],
        talk.speech_s,
        talk.sentence_count,
        MIN_SENTENCES,
        UNDER_20_SENTENCES,
        evidence,
    )


def _need_uptake(transcript: Transcript, mentions: Sequence[Mention]) -> Signal:
    """A term is taken up when the seller says it after the customer's first mention of it."""
    if not transcript.roles_known:
        return Signal.insufficient("need_uptake", ROLES_UNKNOWN)
    first_said: dict[str, int] = {}
    taken_up: dict[str, Mention] = {}
    for mention in sorted(mentions, key=lambda one: one.first_word):
        if mention.kind == "need" and mention.party == "customer":
            first_said.setdefault(mention.term, mention.first_word)
        elif mention.kind == "need" and mention.party == "seller" and mention.term in first_said:
            taken_up.setdefault(mention.term, mention)
    count = len(first_said)
    return _ratio("need_uptake", len(taken_up), count, count, MIN_NEED_TERMS, UNDER_3_NEED_TERMS, taken_up.values())
