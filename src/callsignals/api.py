"""The library's front door: the same work as the commands, as functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from callsignals.batch.calls import hearing_settings
from callsignals.batch.listener import Listener
from callsignals.batch.measure_stage import measure_call, product_mentions
from callsignals.batch.run import RunOptions, RunResult
from callsignals.comments.classify import CommentClassifier
from callsignals.comments.comment import ClassifiedComment, CommentText
from callsignals.conversation.measures import CallFacts
from callsignals.conversation.role_cues import RoleHints
from callsignals.conversation.roles import settle_roles
from callsignals.errors import UsageError
from callsignals.hearing.hear import Ears
from callsignals.inputs.rows import COMMENT_KINDS, CommentKind
from callsignals.inputs.settings import Settings
from callsignals.language.term_list import load_terms, starter_terms
from callsignals.remote.run import run_anywhere
from callsignals.vocabulary.choices import EngineName
from callsignals.vocabulary.signal import Signal
from callsignals.vocabulary.spoken import LANGUAGES, Transcript

__all__ = ["CallAnalysis", "analyse_call", "classify", "run"]


@dataclass(frozen=True, slots=True)
class CallAnalysis:
    """One analysed call.

    Attributes:
        transcript: words and voice activity with parties.
        facts: call type, spans, speech seconds.
        signals: every conversation and term signal by name.
    """

    transcript: Transcript
    facts: CallFacts
    signals: Mapping[str, Signal]


def run(
    workspace: str | Path,
    out: str | Path | None = None,
    *,
    workers: int | None = None,
    engine: EngineName = "local",
    device: str | None = None,
    model: str | None = None,
    language: str | None = None,
    limit: int | None = None,
    listener: Listener | None = None,
) -> RunResult:
    """Everything that ``callsignals run`` does.

    Args:
        workspace: folder with tables and recordings, or its address (``s3://...``, extra ``remote``).
        out: where results go, a folder or an address; ``WORKSPACE/out`` by default.
        workers: processes that hear calls; one a core by default.
        engine: where calls are heard: ``local``, or ``ray`` for a Ray cluster (extra ``ray``).
        device: ``auto``, ``cpu`` or ``cuda``.
        model: recogniser by name or folder.
        language: of calls whose row does not say.
        limit: only the first so many calls.
        listener: is told of progress.

    Raises:
        CallSignalsError: nothing could be done. Single inputs that failed are in ``RunResult.failures``.
    """
    options = RunOptions(workers=workers, engine=engine, device=device, model=model, language=language, limit=limit)
    return run_anywhere(workspace, out, options, listener)


def analyse_call(
    audio: str | Path,
    *,
    seller_channel: int | None = None,
    seller_speaks_at_s: float | None = None,
    company_names: Sequence[str] = (),
    seller_names: Sequence[str] = (),
    language: str | None = None,
    terms: str | Path | None = None,
    model: str = "base",
) -> CallAnalysis:
    """Hear and measure one recording.

    Args:
        audio: the recording.
        seller_channel: 0 or 1 when the seller has a channel of their own.
        seller_speaks_at_s: a second at which the seller speaks, for mono.
        company_names: what our people call our company; helps to tell the seller by the words when neither of
            the above is given.
        seller_names: who of us is in the call, for the same purpose.
        language: ``en``, ``sv``, ``fi``, or None to detect it.
        terms: a ``terms.toml``; the starter lists by default.
        model: recogniser by name or folder.

    Raises:
        MediaError: the recording cannot be heard.
        ModelError: weights are missing or altered.
    """
    if language is not None and language not in LANGUAGES:
        raise UsageError(f"language={language!r}", "is not a language that is measured", "Use en, sv, fi or None.")
    settings: dict[str, Any] = {"recognition": {"model": model}}
    with Ears(hearing_settings(Settings.model_validate(settings))) as ears:
        heard = ears.hear(Path(audio), language=language)
    listed = load_terms(Path(terms)) if terms else starter_terms()
    transcript = settle_roles(
        heard,
        seller_channel=seller_channel,
        channel_source="manifest",
        seller_speaks_at_s=seller_speaks_at_s,
        hints=RoleHints(tuple(company_names), tuple(seller_names)),
        product_mentions=lambda: product_mentions(heard, listed),
    )
    measured = measure_call(transcript, listed)
    return CallAnalysis(transcript, measured.facts, {signal.name: signal for signal in measured.signals})


def classify(texts: Sequence[str], kind: CommentKind, *, language: str | None = None) -> list[ClassifiedComment]:
    """Classify customer texts of one kind.

    Args:
        texts: any number of texts.
        kind: ``referral``, ``survey`` or ``reply``.
        language: of texts that are too short to tell; None when unknown.

    Raises:
        UsageError: there is no such kind.
        ModelError: weights are missing or altered.
    """
    if kind not in COMMENT_KINDS:
        raise UsageError(f"kind={kind!r}", "is not a kind of comment", f"Use one of {', '.join(COMMENT_KINDS)}.")
    classifier = CommentClassifier.load()
    return classifier.classify([CommentText(text=text, kind=kind, language=language) for text in texts])
