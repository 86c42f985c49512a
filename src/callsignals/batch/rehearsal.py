"""Word lists and models of measuring, loaded while calls are being heard: the main process is idle then."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterable, Iterator

from callsignals.batch.measure_stage import measure_call, settle_call
from callsignals.conversation.role_cues import RoleHints
from callsignals.inputs.rows import CallRow
from callsignals.language.term_list import starter_terms
from callsignals.vocabulary.spoken import LANGUAGES, Activity, Transcript, Word

__all__ = ["rehearsed"]

_SAID = ("Hello.", "Thanks.")


@contextlib.contextmanager
def rehearsed(languages: Iterable[str]) -> Iterator[None]:
    """While the body runs, a call of two words is measured in each language; word lists take seconds to load.

    Args:
        languages: those that the calls are known to be in; others than ours are left out.
    """
    ours = sorted(set(languages) & set(LANGUAGES))
    thread = threading.Thread(target=_rehearse, args=(ours,), name="callsignals-rehearsal", daemon=True)
    thread.start()
    yield
    thread.join()


def _rehearse(languages: Iterable[str]) -> None:
    row, terms = CallRow("rehearsal", "rehearsal"), starter_terms()
    for language in languages:
        # Whatever is wrong with the models, the calls themselves will say so.
        with contextlib.suppress(Exception):
            measure_call(settle_call(_two_words(language), row, RoleHints(), None, terms), terms)


def _two_words(language: str) -> Transcript:
    return Transcript(
        words=tuple(Word(text, at, at + 0.5, speaker=f"ch{at}", probability=1.0) for at, text in enumerate(_SAID)),
        timeline=tuple(Activity(at, at + 0.5, speaker=f"ch{at}") for at, _ in enumerate(_SAID)),
        language=language,
        language_confidence=None,
        channel_mode="stereo",
        timing="activity",
        duration_s=2.0,
        model="none",
        input_digest="",
    )
