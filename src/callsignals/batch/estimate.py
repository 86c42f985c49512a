"""``run --dry-run``: are the tables right, and how long would it take?"""

from __future__ import annotations

from dataclasses import dataclass

from callsignals.batch.hear_stage import default_workers
from callsignals.errors import Failure, MediaError
from callsignals.hearing.decode import Decoder
from callsignals.inputs.workspace import Workspace

__all__ = ["SECONDS_PER_AUDIO_SECOND", "Estimate", "estimate_lines", "estimate_run"]

SECONDS_PER_AUDIO_SECOND = 0.15
"""Seconds of one worker per second of a stereo call (base, int8, beam 5): benchmarks/RESULTS.md."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a run would have to do.

    Attributes:
        recordings, transcripts, comments: how many of each are usable.
        audio_s: length of all recordings together.
        unknown_length: recordings whose header does not tell.
        workers: processes assumed.
        work_s: wall seconds expected, nothing cached.
        failures: rows and files that would fail.
    """

    recordings: int
    transcripts: int
    comments: int
    audio_s: float
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
            "audio_hours": round(self.audio_s / 3600, 3),
            "unknown_length": self.unknown_length,
            "workers": self.workers,
            "estimated_hours": round(self.work_s / 3600, 3),
            "failures": [
                {"input": failure.input, "row": failure.row, "error": failure.error, "remedy": failure.remedy}
                for failure in self.failures
            ],
        }


def estimate_run(workspace: Workspace, workers: int | None = None) -> Estimate:
    """Read every header (no audio is decoded) and estimate the time of a run."""
    workers = workers or default_workers()
    failures = list(workspace.failures)
    audio_s, unknown = 0.0, 0
    recordings = [row for row in workspace.calls if row.audio]
    with Decoder() as decoder:
        for row in recordings:
            try:
                duration_s = decoder.probe(row.audio or "")
            except MediaError as error:
                failures.append(Failure.of(error, "hear", input_name=row.call_id))
                continue
            audio_s += duration_s or 0.0
            unknown += duration_s is None
    return Estimate(
        recordings=len(recordings),
        transcripts=len(workspace.calls) - len(recordings),
        comments=len(workspace.comments),
        audio_s=audio_s,
        unknown_length=unknown,
        workers=workers,
        work_s=audio_s * SECONDS_PER_AUDIO_SECOND / max(1, min(workers, len(recordings) or 1)),
        failures=tuple(failures),
    )


def estimate_lines(estimate: Estimate) -> list[str]:
    """For a person."""
    lines = [
        f"{estimate.recordings} recordings, {estimate.transcripts} transcripts, {estimate.comments} comments",
        f"{estimate.audio_s / 3600:.2f} hours of audio: about {estimate.work_s / 3600:.2f} hours with "
        f"{estimate.workers} workers (at {SECONDS_PER_AUDIO_SECOND} s of work per second of a stereo call, "
        "weights base, on the machine of benchmarks/RESULTS.md)",
    ]
    if estimate.unknown_length:
        lines.append(f"{estimate.unknown_length} recordings do not state their length and are not in the estimate")
    if not estimate.failures:
        lines.append("Every row and file header is usable.")
    return lines
