"""One voice or two: recordings of one speaker, calls of two, quiet second voices and late ones.

    python benchmarks/diarization/voice_count.py --data DIR

DIR as in ``der.py``, and ``finnish/*.flac``, ``google/commercial_mono.wav`` and ``swedish/*.mp3``. One speaker:
each side of the two-channel calls, each reader cut out of the mixes, the Swedish voice lines (one actor). Two: the
calls mixed down. Quiet: all but the first 3 to 6 s of one side blanked out of the mono recordings. Late: what one
person says alone, then 10 s of the other, at the end or before the last half. Music, ringing and noise are in
``tests/hearing/test_music.py``.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from der import Turn, one_person, two_people
from faster_whisper.audio import decode_audio

from callsignals.conversation.intervals import subtract, total_s, union
from callsignals.hearing.activity import speech_intervals
from callsignals.hearing.recording import SAMPLE_RATE_HZ, Interval, Recording
from callsignals.hearing.voices import diarize

Audio = npt.NDArray[np.float32]
QUIET_S = (3.0, 4.0, 5.0, 6.0)
LATE_S = 10.0
PAUSE_S = 0.5
LEAST_MAIN_S = 25.0
"""A quiet or late voice is looked for beside one that says at least so much, and five times what the quiet one says."""
EDGE_S = 0.05
NOISE_SHARE = 0.1


def channels_of(path: Path) -> Audio:
    """Shape (channels, n), 16 kHz."""
    return np.stack(decode_audio(str(path), split_stereo=True))


def voices_in(audio: Audio) -> int:
    """How many voices are found."""
    recording = Recording.from_samples(np.clip(np.round(audio * 32768), -32768, 32767).astype(np.int16))
    found = diarize(recording, 0, speech_intervals(recording, 0), speakers=2)
    return len({voice.speaker for voice in found.voices})


def alone(truth: Sequence[Turn], name: str) -> tuple[Interval, ...]:
    """When nobody else speaks."""
    own, others = (
        union((start_s, end_s) for start_s, end_s, who in truth if (who == name) is mine) for mine in (True, False)
    )
    return tuple(span for span in subtract(own, others) if span[1] - span[0] > 0.3)


def cut(audio: Audio, spans: Sequence[Interval]) -> Audio:
    """Stretches end to end."""
    parts = [audio[int(start_s * SAMPLE_RATE_HZ) : int(end_s * SAMPLE_RATE_HZ)] for start_s, end_s in spans]
    return np.concatenate([np.zeros(0, np.float32), *parts])


def single(data: Path) -> Iterator[tuple[str, Audio]]:
    """One speaker each."""
    for case in one_person(data):
        yield case.name, channels_of(case.path)[case.channel or 0]
    for path in sorted(data.glob("finnish/*.flac")):
        for number, audio in enumerate(channels_of(path)):
            yield f"{path.stem} side {number}", audio
    for path in sorted(data.glob("swedish/*.mp3")):
        yield path.stem, channels_of(path).mean(axis=0)
    for case in two_people(data):
        if case.path.parent.name == "mono_synth":
            for name in sorted({who for *_, who in case.truth}):
                yield f"{case.name} only {name}", cut(channels_of(case.path)[0], alone(case.truth, name))


def double(data: Path) -> Iterator[tuple[str, Audio]]:
    """Two speakers each."""
    for case in two_people(data):
        yield case.name, channels_of(case.path).mean(axis=0)
    for path in [*sorted(data.glob("finnish/*.flac")), data / "google" / "commercial_mono.wav"]:
        yield path.stem, channels_of(path).mean(axis=0)


def quiet(data: Path) -> Iterator[tuple[str, Audio]]:
    """A second voice of 3 to 6 s."""
    rng = np.random.default_rng(1)
    for case in two_people(data):
        audio = channels_of(case.path).mean(axis=0)
        for name in sorted({who for *_, who in case.truth}):
            own = alone(case.truth, name)
            main_s = total_s(union((start_s, end_s) for start_s, end_s, who in case.truth if who != name))
            for seconds in QUIET_S:
                kept = _first(own, seconds)
                if total_s(kept) < seconds - 0.3 or main_s < 5 * seconds:
                    continue
                blank = np.zeros(len(audio), np.bool_)
                for start_s, end_s, who in case.truth:
                    if who == name:
                        blank[_samples(start_s - EDGE_S) : _samples(end_s + EDGE_S)] = True
                for start_s, end_s in kept:
                    blank[_samples(start_s) : _samples(end_s)] = False
                line = rng.standard_normal(len(audio)) * NOISE_SHARE * np.median(np.abs(audio))
                yield f"{case.name} {name} {seconds:g} s", np.where(blank, line, audio).astype(np.float32)


def late(data: Path) -> Iterator[tuple[str, Audio]]:
    """A second voice of 10 s in one piece, at the end of a monologue or in its middle."""
    pause = np.zeros(_samples(PAUSE_S), np.float32)
    for case in two_people(data):
        audio = channels_of(case.path).mean(axis=0)
        first, second = sorted({who for *_, who in case.truth})
        for main, other in ((first, second), (second, first)):
            monologue = cut(audio, alone(case.truth, main))
            reply = cut(audio, _first(alone(case.truth, other), LATE_S))
            if len(monologue) < LEAST_MAIN_S * SAMPLE_RATE_HZ or len(reply) < 0.8 * LATE_S * SAMPLE_RATE_HZ:
                continue
            half = len(monologue) // 2
            yield f"{case.name} {main}, then {other}", np.concatenate([monologue, pause, reply])
            parts = [monologue[:half], pause, reply, pause, monologue[half:]]
            yield f"{case.name} {main}, {other}, {main}", np.concatenate(parts)


def _first(spans: Sequence[Interval], seconds: float) -> tuple[Interval, ...]:
    kept: list[Interval] = []
    left_s = seconds
    for start_s, end_s in spans:
        if left_s <= 0:
            break
        kept.append((start_s, min(end_s, start_s + left_s)))
        left_s -= kept[-1][1] - start_s
    return tuple(kept)


def _samples(at_s: float) -> int:
    return max(0, round(at_s * SAMPLE_RATE_HZ))


def main() -> None:
    """Prints how often the number of voices is right, and where it is not."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    data: Path = parser.parse_args().data
    for title, cases, expected in (
        ("one speaker", single(data), 1),
        ("two speakers", double(data), 2),
        ("late second voice", late(data), 2),
        ("quiet second voice", quiet(data), 2),
    ):
        found = [(name, voices_in(audio)) for name, audio in cases]
        wrong = [f"{name} ({count})" for name, count in found if count != expected]
        print(f"{title}: {len(found) - len(wrong)} of {len(found)}", "; ".join(wrong), flush=True)


if __name__ == "__main__":
    main()
