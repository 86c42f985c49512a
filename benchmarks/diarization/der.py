"""Diarization error rate, talk-share error, speed and memory of ``callsignals.hearing.voices`` on mono recordings.

    python benchmarks/diarization/der.py --data DIR

DIR holds ``mono_synth/*.flac`` and ``aws/*.mono.flac`` with ``.rttm`` beside them, and ``harpervalley/*.wav`` (two
channels, mixed down here) with ``*.reference.json`` (hand-aligned words; gaps under 0.2 s are closed). Error rates are
pyannote.metrics' (``pip install pyannote.metrics``: no torch), collar +-0.25 s and 0, overlaps scored, two given.
Speed is processor seconds (one thread) per second of audio.
Every recording is heard in a process of its own, so that its peak memory is its own. One-speaker recordings (each side
of the HarperValley and repair calls alone) count how often one voice is found.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from faster_whisper.audio import decode_audio
from pyannote.core import Annotation, Segment, Timeline
from pyannote.metrics.diarization import DiarizationErrorRate

from callsignals.hearing.activity import speech_intervals
from callsignals.hearing.recording import Recording
from callsignals.hearing.voices import diarize

Turn = tuple[float, float, str]
GAP_S = 0.2


@dataclass(frozen=True, slots=True)
class Case:
    """A recording and what is true of it."""

    name: str
    path: Path
    channel: int | None
    truth: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What was found, and what it took."""

    turns: tuple[Turn, ...]
    one_voice: bool
    duration_s: float
    took_s: float
    peak_mib: float


def rttm(path: Path) -> tuple[Turn, ...]:
    """Turns of an RTTM file."""
    fields = (line.split() for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("SPEAKER"))
    return tuple((float(field[3]), float(field[3]) + float(field[4]), field[7]) for field in fields)


def joined(spans: Iterable[tuple[float, float]], speaker: str) -> Iterator[Turn]:
    """Spans by time with short gaps closed."""
    current: tuple[float, float] | None = None
    for start_s, end_s in sorted(spans):
        if current is not None and start_s <= current[1] + GAP_S:
            current = (current[0], max(current[1], end_s))
            continue
        if current is not None:
            yield (*current, speaker)
        current = (start_s, end_s)
    if current is not None:
        yield (*current, speaker)


def harpervalley(path: Path) -> tuple[Turn, ...]:
    """Turns of a HarperValleyBank reference, from its words."""
    spans: dict[str, list[tuple[float, float]]] = {}
    for segment in json.loads(path.read_text(encoding="utf-8")):
        words = zip(
            segment["human_transcript"].split(),
            segment["word_offsets_ms"],
            segment["word_durations_ms"],
            strict=False,  # a few segments time a token that the text does not have
        )
        for word, offset_ms, lasts_ms in words:
            if word[0] not in "[<":
                start_s = (segment["offset_ms"] + offset_ms) / 1000
                spans.setdefault(segment["speaker_role"], []).append((start_s, start_s + lasts_ms / 1000))
    return tuple(turn for role in sorted(spans) for turn in joined(spans[role], role))


def two_people(data: Path) -> Iterator[Case]:
    """Recordings of two people in one channel."""
    for path in [*sorted(data.glob("mono_synth/*.flac")), *sorted(data.glob("aws/*.mono.flac"))]:
        yield Case(path.stem, path, None, rttm(path.with_suffix(".rttm")))
    for path in sorted(data.glob("harpervalley/*.wav")):
        yield Case(f"harpervalley {path.stem[:8]}", path, None, harpervalley(path.with_suffix(".reference.json")))


def one_person(data: Path) -> Iterator[Case]:
    """Recordings of one."""
    for path in [*sorted(data.glob("harpervalley/*.wav")), data / "aws" / "auto_repairs_40.flac"]:
        for channel in (0, 1):
            yield Case(f"{path.stem[:15]} side {channel}", path, channel, ())


def heard(case: Case) -> Result:
    """Diarizes one recording."""
    channels = np.stack(decode_audio(str(case.path), split_stereo=True))
    audio = channels.mean(axis=0) if case.channel is None else channels[case.channel]
    recording = Recording.from_samples(np.clip(np.round(audio * 32768), -32768, 32767).astype(np.int16))
    speech = speech_intervals(recording, 0)
    diarize(Recording.from_samples(recording.samples[0, :16_000]), 0, [(0.0, 1.0)], speakers=2)
    began_s = time.process_time()
    found = diarize(recording, 0, speech, speakers=2)
    took_s = time.process_time() - began_s
    turns = tuple((voice.start_s, voice.end_s, voice.speaker) for voice in found.voices)
    return Result(turns, "one_speaker" in found.findings, recording.duration_s, took_s, peak_mib())


def peak_mib() -> float:
    """Peak memory of this process so far; 0 where the platform does not say."""
    if sys.platform == "win32":
        return 0.0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


def annotation(turns: Iterable[Turn]) -> Annotation:
    """Turns as pyannote.metrics takes them."""
    result = Annotation()
    for number, (start_s, end_s, speaker) in enumerate(turns):
        result[Segment(start_s, end_s), number] = speaker
    return result


def error_rate(truth: Annotation, found: Annotation, duration_s: float, collar_s: float) -> float:
    """Diarization error rate in per cent; pyannote's collar is the whole width of the unscored stretch."""
    metric = DiarizationErrorRate(collar=2 * collar_s, skip_overlap=False)
    return 100 * float(metric(truth, found, uem=Timeline([Segment(0, duration_s)])))


def share_error(truth: Annotation, found: Annotation) -> float:
    """Error of the first speaker's share of all talk, in points, speakers matched by pyannote.metrics."""
    match = DiarizationErrorRate().optimal_mapping(truth, found)
    speaker = sorted(truth.labels())[0]
    share = truth.label_duration(speaker) / sum(truth.label_duration(label) for label in truth.labels())
    spoken = {label: found.label_duration(label) for label in found.labels()}
    own = sum(seconds for label, seconds in spoken.items() if match.get(label) == speaker)
    return 100 * abs(share - own / max(1e-9, sum(spoken.values())))


def row(case: Case, result: Result) -> tuple[float, ...]:
    """Prints one recording's figures and gives them."""
    truth, found = annotation(case.truth), annotation(result.turns)
    figures = (
        error_rate(truth, found, result.duration_s, 0.25),
        error_rate(truth, found, result.duration_s, 0.0),
        share_error(truth, found),
        result.took_s / result.duration_s,
        result.peak_mib,
    )
    print(f"{case.name:28s}", "{:7.1f} {:7.1f} {:7.1f} {:8.3f} {:8.0f}".format(*figures), flush=True)
    return figures


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    data: Path = parser.parse_args().data
    print(f"{'':28s} DER.25    DER0   share cpu/real  peak MiB")
    groups: dict[str, list[tuple[float, ...]]] = {}
    context = multiprocessing.get_context("spawn")
    with context.Pool(1, maxtasksperchild=1) as pool:
        for case in two_people(data):
            figures = row(case, pool.apply(heard, (case,)))
            groups.setdefault(case.path.parent.name, []).append(figures)
        for name, rows in groups.items():
            print(f"mean {name:23s}", "{:7.1f} {:7.1f} {:7.1f} {:8.3f} {:8.0f}".format(*np.mean(rows, axis=0)))
        alone = [(case, pool.apply(heard, (case,)).one_voice) for case in one_person(data)]
    wrong = ", ".join(case.name for case, right in alone if not right)
    print(f"one voice found in {sum(right for _, right in alone)} of {len(alone)} one-speaker recordings", wrong)


if __name__ == "__main__":
    main()
