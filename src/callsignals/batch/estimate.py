"""``run --dry-run``: are the tables right, and how long would it take?"""

from __future__ import annotations

from dataclasses import dataclass

from callsignals.batch.calls import recordings_heard
from callsignals.batch.expected import SECONDS_PER_AUDIO_SECOND, shown_duration, wall_s, weighed_s
from callsignals.batch.hear_stage import default_workers
from callsignals.batch.listener import Listener, Silent
from callsignals.batch.store import Store
from callsignals.errors import Failure, MediaError, ModelError
from callsignals.inputs.checks import counted
from callsignals.inputs.workspace import Workspace

__all__ = ["Estimate", "estimate_lines", "estimate_run"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a run would have to do.

    Attributes:
        recordings, transcripts, comments: how many of each are usable.
        heard: recordings that an earlier run has heard, which are not heard again.
        audio_s: length of all recordings together.
        left_s: of those that are still to be heard.
        unknown_length: recordings to be heard whose header does not tell.
        workers: processes assumed.
        work_s: wall seconds expected for hearing them.
        failures: rows and files that would fail.
    """

    recordings: int
    transcripts: int
    comments: int
    heard: int
    audio_s: float
    left_s: float
    unknown_length: int
    workers: int
    work_s: float
    failures: tuple[Failure, ...]

    def as_json(self) -> dict[str, object]:
        """For ``--json``."""
        return {
            "recordings": self.recordings,
            "transcripts": self.transcripts,
            "comments": self.comments,
            "heard_before": self.heard,
            "audio_hours": round(self.audio_s / 3600, 3),
            "audio_hours_left": round(self.left_s / 3600, 3),
            "unknown_length": self.unknown_length,
            "workers": self.workers,
            "estimated_hours": round(self.work_s / 3600, 3),
            "failures": [
                {"input": failure.input, "row": failure.row, "error": failure.error, "remedy": failure.remedy}
                for failure in self.failures
            ],
        }


def estimate_run(workspace: Workspace, workers: int | None = None, listener: Listener | None = None) -> Estimate:
    """Read every header (no audio is decoded) and estimate how long hearing what is not heard yet takes."""
    from callsignals.hearing.decode import Decoder  # slow to import, and real runs decode in their workers

    workers, listener = workers or default_workers(), listener or Silent()
    failures = list(workspace.failures)
    audio_s, left_s, weighed_left_s, unknown, to_hear = 0.0, 0.0, 0.0, 0, 0
    recordings = [row for row in workspace.calls if row.audio]
    heard = _heard(workspace)
    listener.begin("check", len(recordings))
    with Decoder() as decoder:
        for row in recordings:
            listener.advance()
            try:
                duration_s = decoder.probe(row.audio or "")
            except MediaError as error:
                failures.append(Failure.of(error, "hear", input_name=row.call_id))
                continue
            audio_s += duration_s or 0.0
            if row.call_id not in heard:
                to_hear += 1
                left_s += duration_s or 0.0
                weighed_left_s += weighed_s(duration_s)
                unknown += duration_s is None
    listener.end()
    return Estimate(
        recordings=len(recordings),
        transcripts=len(workspace.calls) - len(recordings),
        comments=len(workspace.comments),
        heard=len(heard),
        audio_s=audio_s,
        left_s=left_s,
        unknown_length=unknown,
        workers=workers,
        work_s=wall_s(weighed_left_s, to_hear, workers),
        failures=tuple(failures),
    )


def _heard(workspace: Workspace) -> frozenset[str]:
    try:
        return recordings_heard(workspace, Store(workspace.out))
    except ModelError:  # not pulled yet, so nothing was heard with it
        return frozenset()


def estimate_lines(estimate: Estimate) -> list[str]:
    """For a person."""
    known = f", {estimate.heard} of them heard before" if estimate.heard else ""
    lines = [
        f"{counted(estimate.recordings, 'recording')}{known}, {counted(estimate.transcripts, 'transcript')}, "
        f"{counted(estimate.comments, 'comment')}"
    ]
    if estimate.left_s:
        lines.append(
            f"{shown_duration(estimate.left_s)} of audio to hear: about {shown_duration(estimate.work_s)} with "
            f"{counted(estimate.workers, 'worker')} (at {SECONDS_PER_AUDIO_SECOND} s of work per second of a stereo "
            "call, weights base, on the machine of benchmarks/RESULTS.md; mono takes up to twice as long)"
        )
    elif not estimate.unknown_length:
        lines.append("Nothing to hear.")
    if estimate.unknown_length:
        unknown = counted(estimate.unknown_length, "recording")
        lines.append(f"Of unknown length, and not in the estimate: {unknown}")
    if not estimate.failures:
        lines.append("Every row and file header is usable.")
    return lines
