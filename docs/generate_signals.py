"""Write docs/signals.md from the registry of definitions: ``python docs/generate_signals.py``."""

from __future__ import annotations

from pathlib import Path

from callsignals.vocabulary.definitions import (
    CONVERSATION_SIGNALS,
    TERM_SIGNALS,
    TEXT_SIGNALS,
    Definition,
    definitions_digest,
)

_HEAD = """# What every signal means

Generated from `callsignals.vocabulary.definitions` by `python docs/generate_signals.py`; a test keeps the two together.

Every row carries `value`, `unit`, `numerator`, `denominator`, `n`, `status` and `reason`. A figure that cannot be
computed honestly is null with `status: insufficient` and a reason: never 0, never a guess. Shares are 0..1; times are
seconds from the start of the recording. A direction of *neither* means that callsignals does not say whether more is
better: talk share, interactivity and the like describe a habit and are not grades.

"""


def table(definitions: dict[str, Definition]) -> str:
    """One Markdown table."""
    lines = [
        "| signal | phase | unit | formula | no value when | direction | pooled |",
        "|---|---|---|---|---|---|---|",
    ]
    for definition in definitions.values():
        pooled = "-"
        if definition.minimum_denominator is not None:
            scale = "" if definition.scale == 1 else f"{definition.scale:g} x "
            pooled = f"{scale}sum / sum, from {definition.minimum_denominator:g}"
        elif definition.minimum_n is not None:
            pooled = f"sum / sum, from n = {definition.minimum_n}"
        unit = definition.unit or "label"
        lines.append(
            f"| `{definition.name}` | {definition.phase} | {unit} | {definition.formula} | "
            f"{definition.insufficient_when} | {definition.direction} | {pooled} |"
        )
    return "\n".join(lines) + "\n"


def page() -> str:
    """The whole page."""
    return (
        _HEAD
        + "## During: conversation, per call\n\n"
        + table(CONVERSATION_SIGNALS)
        + "\n## During: need and product terms, per call\n\n"
        + table(TERM_SIGNALS)
        + "\n## Before and after: customers' own words, per comment\n\n"
        + table(TEXT_SIGNALS)
        + f"\nDefinitions digest: `{definitions_digest()[:16]}`\n"
    )


if __name__ == "__main__":
    Path(__file__).with_name("signals.md").write_text(page(), encoding="utf-8")
