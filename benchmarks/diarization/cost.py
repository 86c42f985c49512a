"""What telling voices apart costs beside recognising them, on one recording.

    python benchmarks/diarization/cost.py RECORDING

Mixes the recording down and prints processor and wall seconds per second of audio: voice activity and music, both
passes of diarization on one thread and on two (and whether they give the same), and the base recogniser on one.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import numpy as np
import onnxruntime
from faster_whisper.audio import decode_audio

from callsignals.hearing.music import speech_and_other
from callsignals.hearing.recognise import Recogniser
from callsignals.hearing.recording import Recording
from callsignals.hearing.voices import diarize, networks
from callsignals.weights import shipped_model, whisper_model

Result = TypeVar("Result")


def timed(title: str, duration_s: float, work: Callable[[], Result]) -> Result:
    """Does it, prints what it took, gives its result."""
    wall_s, processor_s = time.perf_counter(), time.process_time()
    result = work()
    wall_s, processor_s = time.perf_counter() - wall_s, time.process_time() - processor_s
    print(f"{title:34s} processor {processor_s / duration_s:.3f}  wall {wall_s / duration_s:.3f}", flush=True)
    return result


def on_threads(count: int) -> None:
    """The networks on so many threads."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = count
    folder = shipped_model("diarization")

    def load(name: networks.NetworkName) -> onnxruntime.InferenceSession:
        return onnxruntime.InferenceSession(str(folder / f"{name}.onnx"), options, providers=["CPUExecutionProvider"])

    networks._session = lru_cache(load)


def main() -> None:
    """Prints a line for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recording", type=Path)
    parser.add_argument("--language", default="en")
    options = parser.parse_args()
    audio = np.stack(decode_audio(str(options.recording), split_stereo=True)).mean(axis=0)
    recording = Recording.from_samples(np.clip(np.round(audio * 32768), -32768, 32767).astype(np.int16))
    duration_s = recording.duration_s
    speech, _ = timed("voice activity, music", duration_s, lambda: speech_and_other(recording, 0))
    found = {}
    for threads in (1, 2):
        on_threads(threads)
        diarize(Recording.from_samples(recording.samples[0, : 20 * 16_000]), 0, [(0.0, 20.0)], speakers=2)
        found[threads] = timed(
            f"voices, threads: {threads}", duration_s, lambda: diarize(recording, 0, speech, speakers=2)
        )
    print("the same on one and two threads" if found[1] == found[2] else "NOT the same on one and two threads")
    recogniser = Recogniser(whisper_model("base"), cpu_threads=1)
    samples = recording.samples[0]
    timed("base recogniser, threads: 1", duration_s, lambda: recogniser.recognise(samples, speech, options.language))


if __name__ == "__main__":
    main()
