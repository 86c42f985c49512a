"""The conversations of a finished OUT, transcript by transcript."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl

from callsignals.errors import InputError
from callsignals.files import file_name_for
from callsignals.inputs.transcripts.own import parse_own
from callsignals.language.term_discovery import SpokenCall
from callsignals.privacy.redaction import is_placeholder

__all__ = ["conversations", "read_results"]


def read_results(out: Path, name: str) -> pl.DataFrame:
    """One of OUT's Parquet tables.

    Raises:
        InputError: it is not there or cannot be read.
    """
    path = out / f"{name}.parquet"
    try:
        return pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError):
        raise InputError(
            str(path),
            "is missing or cannot be read",
            "Name a folder that 'callsignals run' has filled.",
            code="no_results",
        ) from None


def conversations(out: Path) -> Iterator[SpokenCall]:
    """Every call that is a conversation and counts, in the table's order.

    Raises:
        InputError: OUT is no folder of results, or a transcript is missing or damaged.
    """
    table = read_results(out, "calls").filter(
        (pl.col("call_type") == "conversation") & pl.col("duplicate_of").is_null()
    )
    for call_id, lead_id in table.select("call_id", "lead_id").iter_rows():
        path = out / "transcripts" / f"{file_name_for(call_id)}.json"
        try:
            transcript = parse_own(path.read_text(encoding="utf-8"), input_digest="")
        except (OSError, json.JSONDecodeError, ValueError):
            raise InputError(
                str(path), "is missing or damaged", "Run 'callsignals run' again to write it.", code="no_transcript"
            ) from None
        words = tuple(word for word in transcript.words if not is_placeholder(word.text))
        yield SpokenCall(call_id, lead_id, replace(transcript, words=words))
