"""Write docs/accuracy.md around the figures of README.md, which stand in one place: run it after changing them."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = Path(__file__).with_name("accuracy.md")

_HEAD = """# Accuracy and limits

The figures are those of README.md (`python docs/generate_accuracy.py` copies them; a test keeps the two together); how
each was measured, and with which command, is in the sources below. `make bench` repeats most.

## Figures

"""
_SPEED = "\n## Speed\n\n"
_TAIL = """
## Sources

| what | measured in |
|---|---|
| words, speed, the whole run, large batches | [benchmark results](../benchmarks/RESULTS.md) |
| who speaks when | [results](../benchmarks/diarization/RESULTS.md), [models](../models/diarization/README.md) |
| which side is the seller | [model card](../models/roles/README.md) |
| comments | [model card](../models/comments/README.md), [vectors](../models/e5/README.md) |
| talk share beside other tools | [talk share](talk-share.md) |
| personalisation and length | [personalisation](personalisation.md) |

## What was not measured

- **Human Finnish speech**: no recording with a free licence and a reference was to be had; Finnish figures for words
  are of machine voices.
- **Real Swedish and Finnish survey comments**: every such figure is on texts written for the purpose.
- **Your recordings**: telephones, accents, trades and rooms differ. Take ten calls, read the transcripts beside the
  recordings, and mark need and product terms by hand before you trust a comparison of people.
- **Irony, dialects, calls whose language changes half-way.**
- **That a signal causes a sale.** callsignals counts what was said; [comparing groups](compare.md) shows differences
  with intervals, not causes.

## What it refuses to say

Below its minimum a figure is null with `status: insufficient` and a reason; a classifier that is not certain enough
says `abstained`. Neither is ever counted as 0. Nothing is said about mood over the call, personality, or truthfulness.
"""


def page() -> str:
    """The whole page."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    return _HEAD + _section(readme, "Accuracy") + _SPEED + _section(readme, "Speed") + _TAIL


def _section(readme: str, title: str) -> str:
    found = re.search(rf"^## {title}\n\n(.*?)\n(?=^## )", readme, re.MULTILINE | re.DOTALL)
    if found is None:
        raise ValueError(f"README.md has no section {title}")
    return re.sub(r"\]\((?!https?:)(?:docs/)?(?=[^)]*\))", lambda link: _to_root(link[0]), found[1])


def _to_root(link: str) -> str:
    return "](" if link.endswith("docs/") else "](../"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
