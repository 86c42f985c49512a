"""faster-whisper as a library, as a peer: ``python plain.py MODEL ARRANGEMENT PROCESSES BEAM OUT FILE...``.

ARRANGEMENT is ``sequential`` (``WhisperModel``) or ``batched`` (``BatchedInferencePipeline``, 8 windows). One process
has as many threads as there are cores; several have one each and share the files. Voice activity filter and word
times are on, everything else is as the library has it. OUT gets JSON: file -> segments of words.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
from pathlib import Path
from typing import Any

Heard = dict[str, Any]

_model: Any = None
_options: dict[str, Any] = {}


def load(weights: str, arrangement: str, beam: int, threads: int) -> None:
    """Once a process."""
    from faster_whisper import BatchedInferencePipeline, WhisperModel

    global _model, _options
    _model = WhisperModel(weights, device="cpu", compute_type="int8", cpu_threads=threads)
    _options = {"vad_filter": True, "word_timestamps": True, "beam_size": beam}
    if arrangement == "batched":
        _model = BatchedInferencePipeline(_model)
        _options["batch_size"] = 8


def hear(path: str) -> tuple[str, Heard]:
    """One channel."""
    found, info = _model.transcribe(path, **_options)
    segments = [
        {
            "start": segment.start,
            "end": segment.end,
            "text": segment.text,
            "words": [{"start": word.start, "end": word.end, "word": word.word} for word in segment.words or ()],
        }
        for segment in found
    ]
    return path, {"language": info.language, "segments": segments}


def main() -> None:
    """Hear all files."""
    weights, arrangement, processes, beam, out, *files = sys.argv[1:]
    if int(processes) == 1:
        load(weights, arrangement, int(beam), len(os.sched_getaffinity(0)))
        heard = dict(map(hear, files))
    else:
        context = multiprocessing.get_context("spawn")
        with context.Pool(int(processes), load, (weights, arrangement, int(beam), 1)) as pool:
            longest_first = sorted(files, key=lambda name: -Path(name).stat().st_size)
            heard = dict(pool.imap_unordered(hear, longest_first))
    Path(out).write_text(json.dumps(heard), encoding="utf-8")


if __name__ == "__main__":
    main()
