"""Recognition on a CUDA device beside the processor, for whoever has one: seconds, memory, and the same words.

python benchmarks/recognition/gpu.py RECORDING... [--types float16 int8_float16] [--model base] [--beam 5]

Each recording is decoded once and its voice activity found once; then every device and compute type hears the same
speech. Reported: audio seconds a second, the word error rate against the processor's ``int8``, and how far words that
both heard lie apart. Without a usable device it says why and ends with 1.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import jiwer

from callsignals.hearing.decode import Decoder
from callsignals.hearing.device import REMEDY, find_gpu
from callsignals.hearing.recognise import Recogniser
from callsignals.hearing.recording import Int16, Interval
from callsignals.hearing.sides import listen
from callsignals.hearing.spoken_language import detect_language
from callsignals.vocabulary.spoken import Word
from callsignals.weights import whisper_model

ROUNDS = 5


@dataclass(frozen=True)
class Call:
    """A decoded recording: samples and speech of each side."""

    duration_s: float
    sides: tuple[tuple[Int16, Sequence[Interval]], ...]


@dataclass(frozen=True)
class Heard:
    """What one device made of all calls."""

    took_s: float
    words: tuple[Word, ...]


def load(paths: Sequence[Path]) -> list[Call]:
    """Decode and find speech."""
    calls = []
    with Decoder() as decoder:
        for path in paths:
            recording = decoder.decode(path)
            sides = listen(recording, diarize_mono=False, speakers=2).sides
            calls.append(Call(recording.duration_s, tuple((side.samples(recording), side.speech) for side in sides)))
    return calls


def hear(recogniser: Recogniser, calls: Sequence[Call]) -> Heard:
    """All calls, language found as ``callsignals run`` does."""
    begun = time.perf_counter()
    words: list[Word] = []
    for call in calls:
        language = detect_language(recogniser, call.sides).language or "en"
        for samples, speech in call.sides:
            words += recogniser.recognise(samples, speech, language).words
    return Heard(time.perf_counter() - begun, tuple(words))


def apart_s(one: Sequence[Word], other: Sequence[Word]) -> float:
    """Largest distance between the starts of words that both heard."""
    aligned = jiwer.process_words(
        " ".join(word.text.lower() for word in one), " ".join(word.text.lower() for word in other)
    ).alignments[0]
    pairs = [
        (one[chunk.ref_start_idx + n], other[chunk.hyp_start_idx + n])
        for chunk in aligned
        if chunk.type == "equal"
        for n in range(chunk.ref_end_idx - chunk.ref_start_idx)
    ]
    return max((abs((a.start_s or 0.0) - (b.start_s or 0.0)) for a, b in pairs), default=0.0)


def main() -> int:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recordings", type=Path, nargs="+")
    parser.add_argument("--model", default="base")
    parser.add_argument("--types", nargs="+", default=["float16", "int8_float16", "float32"])
    parser.add_argument("--beam", type=int, default=5)
    arguments = parser.parse_args()
    gpu = find_gpu()
    if not gpu.usable:
        print(f"No GPU to measure: {gpu.problem()}. {REMEDY}.", file=sys.stderr)
        return 1
    calls = load(arguments.recordings)
    audio_s = sum(call.duration_s for call in calls)
    weights = whisper_model(arguments.model)
    usual = hear(Recogniser(weights, device="cpu", beam_size=arguments.beam), calls)
    said = " ".join(word.text.lower() for word in usual.words)
    print(f"{len(calls)} recordings, {audio_s:.0f} s; model {weights.name}, beam {arguments.beam}")
    print("| device | audio s/s, median (range) | WER against cpu int8 | words apart, s |")
    print("|---|---|---|---|")
    print(f"| cpu int8, 1 thread | {audio_s / usual.took_s:.1f} | | |")
    for compute_type in arguments.types:
        recogniser = Recogniser(weights, device="cuda", compute_type=compute_type, beam_size=arguments.beam)
        hear(recogniser, calls[:1])  # the first call pays for the start
        rounds = [hear(recogniser, calls) for _ in range(ROUNDS)]
        speeds = [audio_s / heard.took_s for heard in rounds]
        wer = 100 * jiwer.wer(said, " ".join(word.text.lower() for word in rounds[0].words))
        speed = f"{statistics.median(speeds):.1f} ({min(speeds):.1f}-{max(speeds):.1f})"
        print(f"| cuda {compute_type} | {speed} | {wer:.2f} % | {apart_s(usual.words, rounds[0].words):.2f} |")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
