"""What a worker does with one recording, on whatever engine it runs: the same code path everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from callsignals.batch.store import StageName, read_stored, stored_form
from callsignals.errors import CallSignalsError, MediaError
from callsignals.files import digest_of
from callsignals.hearing.settings import VOICEPRINT_VERSION, HearingSettings
from callsignals.vocabulary.spoken import Activity, Transcript

if TYPE_CHECKING:
    from callsignals.hearing.hear import Ears

__all__ = ["HearTask", "HearWith", "HearWork", "Heard", "Hearing", "Result", "hear_key", "voiceprint_key"]


@dataclass(frozen=True, slots=True)
class HearTask:
    """One recording to hear.

    Attributes:
        key: of the result in the store.
        audio: the recording.
        language: fixed by the user, or None to detect it.
        turns: who speaks when in mono, from the user; None to find out.
        is_one_sellers: whether a voiceprint would be of use: it is compared among one seller's calls alone.
    """

    key: str
    audio: Path
    language: str | None
    turns: tuple[Activity, ...] | None = None
    is_one_sellers: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """How one task ended.

    Attributes:
        task: which.
        error: None when its result is in the store.
        peak_bytes: largest memory of its worker so far, where known.
    """

    task: HearTask
    error: CallSignalsError | None
    peak_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """Something to keep in the store, in its stored form."""

    stage: StageName
    key: str
    content: bytes


Hearing = Callable[[HearTask, Callable[[], bytes | None], Callable[[Result], None]], CallSignalsError | None]
"""Hears one recording.

Args: the task; what is known of it (the stored transcript, or None); what is told each result as it is finished.
Returns what went wrong, None when nothing did.
"""


class HearWork(Protocol):
    """What a worker process is started with; goes to other processes and machines, so it holds no models itself."""

    def start(self) -> Hearing:
        """Load the models, once in each worker.

        Raises:
            ModelError: they are missing or altered.
        """


@dataclass(frozen=True, slots=True)
class HearWith:
    """Hear with these settings."""

    settings: HearingSettings

    def start(self) -> Hearing:
        """Ears whose models stay loaded."""
        from callsignals.hearing.hear import Ears  # half a second that only workers need to spend

        settings, ears = self.settings, Ears(self.settings)

        def hear(
            task: HearTask, known: Callable[[], bytes | None], keep: Callable[[Result], None]
        ) -> CallSignalsError | None:
            try:
                for result in _results(task, settings, ears, known):
                    keep(result)
            except CallSignalsError as error:
                return error
            except Exception as error:
                return MediaError(
                    str(task.audio),
                    f"could not be heard ({type(error).__name__})",
                    "Run `callsignals transcribe` on it with --debug and report what it prints.",
                    code="internal",
                )
            return None

        return hear


def _results(
    task: HearTask, settings: HearingSettings, ears: Ears, known: Callable[[], bytes | None]
) -> Iterator[Result]:
    """A call that was heard before voiceprints were asked for is not heard again."""
    is_printed = settings.voiceprints and task.is_one_sellers
    heard = read_stored(known(), Transcript) if is_printed else None
    if heard is None:
        heard = ears.hear(task.audio, language=task.language, turns=task.turns)
        yield Result("hear", task.key, stored_form(heard))
    if is_printed:
        prints = ears.voiceprints(task.audio, heard)
        yield Result("voiceprint", voiceprint_key(task.key, settings), stored_form(prints))


def hear_key(
    audio_digest: str, language: str | None, settings: HearingSettings | str, rttm_digest: str | None = None
) -> str:
    """Digest of all that a heard call depends on.

    Args:
        audio_digest: sha256 of the file's bytes.
        language: fixed by the user, or None.
        settings: with their models' digests; or their digest, for many calls.
        rttm_digest: sha256 of the user's RTTM, if there is one.
    """
    hearing = settings if isinstance(settings, str) else settings.digest()
    return digest_of([audio_digest, language, hearing, *([rttm_digest] if rttm_digest else [])])


def voiceprint_key(hear_key: str, settings: HearingSettings) -> str:
    """Digest of all that the voiceprints of a heard call depend on."""
    return digest_of([hear_key, settings.voices_digest, VOICEPRINT_VERSION])
