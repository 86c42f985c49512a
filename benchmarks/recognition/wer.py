"""Word error rate of callsignals' recognition against plain faster-whisper: same weights and audio.

python benchmarks/recognition/wer.py --data DIR

DIR holds ``harpervalley/*.wav`` with ``*.reference.json``, ``swedish/*.mp3`` with ``segments.tsv`` and
``finnish/*.flac`` with ``*.reference.json`` (machine voices: for the path, not for accuracy). Both sides are
normalised
alike: lower case, tags and punctuation removed, figures spelled out.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jiwer
import numpy as np
import numpy.typing as npt
from faster_whisper import WhisperModel
from faster_whisper.audio import decode_audio

from callsignals.hearing.activity import speech_intervals
from callsignals.hearing.recognise import Recogniser
from callsignals.hearing.recording import Recording
from callsignals.weights import whisper_model

RATE_HZ = 16_000
_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
]
_ONES += ["seventeen", "eighteen", "nineteen"]
_TENS = ["_", "_", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


@dataclass(frozen=True)
class Side:
    """One channel with the text that was spoken in it."""

    name: str
    language: str
    audio: npt.NDArray[np.float32]
    text: str


def spelled(number: int) -> str:
    """An English number in words; five figures and more are read figure by figure."""
    if number < 20:
        return _ONES[number]
    if number < 100:
        return _TENS[number // 10] + (f" {_ONES[number % 10]}" if number % 10 else "")
    if number < 1000:
        rest = f" {spelled(number % 100)}" if number % 100 else ""
        return f"{_ONES[number // 100]} hundred{rest}"
    if number < 10_000 and number % 100 == 0:
        return f"{spelled(number // 1000)} thousand" if number % 1000 == 0 else f"{spelled(number // 100)} hundred"
    return " ".join(_ONES[int(figure)] for figure in str(number))


def normalised(text: str, language: str) -> str:
    """Text as it is compared."""
    text = re.sub(r"\[[^\]]*\]|<[^>]*>", " ", text.lower().replace("’", "'"))
    if language == "en":
        text = re.sub(r"\$(\d[\d,]*)", r"\1 dollars", text).replace("%", " percent ")
        text = re.sub(r"(?<=\d),(?=\d{3})", "", text)
        text = re.sub(r"\d+", lambda found: f" {spelled(int(found[0]))} ", text)
    return " ".join(re.sub(r"[^\w\s']", " ", text).replace("_", " ").split())


def sides(data: Path) -> Iterator[Side]:
    """Every reference side."""
    for path in sorted((data / "harpervalley").glob("*.wav")):
        segments = json.loads(path.with_suffix(".reference.json").read_text(encoding="utf-8"))
        channels = decode_audio(str(path), split_stereo=True)
        for channel, role in enumerate(("agent", "caller")):
            said = (s["human_transcript"] for s in segments if s["speaker_role"] == role)
            yield Side(f"{path.stem}:{role}", "en", channels[channel], " ".join(said))
    for path in sorted((data / "swedish").glob("*.mp3")):
        with (path.parent / "segments.tsv").open(encoding="utf-8", newline="") as table:
            rows = [row for row in csv.DictReader(table, delimiter="\t") if row["file"] == path.name]
        yield Side(path.stem, "sv", decode_audio(str(path)), " ".join(row["text_sv"] for row in rows))
    for path in sorted((data / "finnish").glob("*.flac")):
        segments = json.loads(path.with_suffix(".reference.json").read_text(encoding="utf-8"))
        channels = decode_audio(str(path), split_stereo=True)
        for channel, party in enumerate(("seller", "customer")):
            said = (s["text"] for s in segments if s["party"] == party)
            yield Side(f"{path.stem}:{party}", "fi", channels[channel], " ".join(said))


def plain(weights: Path) -> Callable[[Side], str]:
    """faster-whisper as it comes: its own voice activity filter, beam 5, word times."""
    model = WhisperModel(str(weights), device="cpu", compute_type="int8", cpu_threads=1)

    def transcribe(side: Side) -> str:
        segments, _ = model.transcribe(
            side.audio, language=side.language, vad_filter=True, beam_size=5, word_timestamps=True
        )
        return "".join(segment.text for segment in segments)

    return transcribe


def ours() -> Callable[[Side], str]:
    """callsignals: speech intervals, packed windows, temperature 0, hallucinations dropped."""
    recogniser = Recogniser(whisper_model("base"))

    def transcribe(side: Side) -> str:
        samples = np.clip(np.round(side.audio * 32768), -32768, 32767).astype(np.int16)
        heard = recogniser.recognise(samples, speech(samples), side.language)
        return " ".join(word.text for word in heard.words)

    return transcribe


def speech(samples: npt.NDArray[np.int16]) -> list[tuple[float, float]]:
    """Voice activity as the hearing room finds it."""
    return speech_intervals(Recording.from_samples(samples[None, :]), 0)


def errors(reference: str, heard: str) -> tuple[int, int]:
    """(wrong words, words in the reference)."""
    result: Any = jiwer.process_words(reference, heard)
    return result.substitutions + result.deletions + result.insertions, len(reference.split())


def main() -> None:
    """Print a table per side and totals per language."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--texts", action="store_true", help="print what each heard")
    arguments = parser.parse_args()
    systems = {"plain": plain(whisper_model("base").path), "ours": ours()}
    totals: dict[tuple[str, str], list[float]] = {}
    print(f"{'side':40} {'words':>5} {'plain':>7} {'ours':>7}")
    for side in sides(arguments.data):
        reference = normalised(side.text, side.language)
        cells = []
        for system, transcribe in systems.items():
            begun = time.perf_counter()
            heard = normalised(transcribe(side), side.language)
            took_s = time.perf_counter() - begun
            if arguments.texts:
                print(f"  {system}: {heard}")
            wrong, count = errors(reference, heard)
            cells.append(f"{100 * wrong / count:6.1f}%")
            total = totals.setdefault((side.language, system), [0, 0, 0.0])
            totals[side.language, system] = [total[0] + wrong, total[1] + count, total[2] + took_s]
        print(f"{side.name:40} {count:5d} {' '.join(cells)}")
    for (language, system), (wrong, count, took_s) in sorted(totals.items()):
        print(f"{language} {system:6} WER {100 * wrong / count:5.1f} % of {count:.0f} words, {took_s:5.1f} s")


if __name__ == "__main__":
    main()
