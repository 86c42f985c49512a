"""Write the tables and records of OUT, each whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import polars as pl

from callsignals.errors import Failure
from callsignals.files import file_name_for, replacing, write_text
from callsignals.inputs.transcripts.own import transcript_to_json, transcript_to_vtt
from callsignals.vocabulary.spoken import Transcript

__all__ = [
    "TRANSCRIPT_SUFFIXES",
    "read_failures",
    "transcript_texts",
    "write_failures",
    "write_frame",
    "write_json",
    "write_transcript",
]

TRANSCRIPT_SUFFIXES = (".json", ".vtt")


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Indented JSON for people to read."""
    write_text(path, json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + "\n")


def write_frame(path: Path, frame: pl.DataFrame) -> None:
    """A Parquet file."""
    with replacing(path) as part:
        frame.write_parquet(part, compression="zstd", statistics=True)


def write_failures(path: Path, failures: Sequence[Failure]) -> None:
    """``failures.jsonl``: one failed input a line; empty when nothing failed."""
    write_text(path, "".join(json.dumps(asdict(failure), ensure_ascii=False) + "\n" for failure in failures))


def read_failures(path: Path) -> tuple[Failure, ...]:
    """What ``write_failures`` wrote."""
    lines = path.read_text(encoding="utf-8").split("\n")
    return tuple(Failure(**json.loads(line)) for line in lines if line)


def write_transcript(folder: Path, call_id: str, transcript: Transcript) -> None:
    """``CALL_ID.json`` and ``CALL_ID.vtt`` (percent-encoded id) in ``folder``."""
    name = file_name_for(call_id)
    for suffix, text in transcript_texts(transcript).items():
        write_text(folder / (name + suffix), text)


def transcript_texts(transcript: Transcript) -> dict[str, str]:
    """What the files of a transcript hold, by suffix."""
    json_suffix, vtt_suffix = TRANSCRIPT_SUFFIXES
    return {
        json_suffix: json.dumps(transcript_to_json(transcript), ensure_ascii=False) + "\n",
        vtt_suffix: transcript_to_vtt(transcript),
    }
