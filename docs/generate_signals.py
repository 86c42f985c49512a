"""Write docs/signals.md from the registry of definitions: ``python docs/generate_signals.py``."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from callsignals.report.wording import wording
from callsignals.vocabulary.call_measures import CALL_MEASURES
from callsignals.vocabulary.carried import carried_metrics
from callsignals.vocabulary.definitions import (
    CONVERSATION_SIGNALS,
    DEFINITIONS,
    FUNNEL_FIGURES,
    RELATED_SIGNALS,
    SURVEY_FIGURES,
    TERM_SIGNALS,
    TEXT_SIGNALS,
    THREAD_FIGURES,
    Definition,
    definitions_digest,
)

_FOLDER = Path(__file__).parent

_HEAD = """# What every signal means

Generated from `callsignals.vocabulary.definitions` by `python docs/generate_signals.py`; a test keeps the two together.

Every row carries `value`, `unit`, `numerator`, `denominator`, `n`, `status` and `reason`. A figure that cannot be
computed honestly is null with `status: insufficient` and a reason: never 0, never a guess. Shares are 0..1; times are
seconds from the start of the recording. *Better: neither* means that callsignals does not say whether more is
better: talk share, interactivity and the like describe a habit and are not grades. The pictures show one made-up call
of 80 seconds (`python docs/generate_pictures.py`): what is framed is what the signal looks at, and the figures are
those that the program measures of it.

Left out: mood over the call. What ships judges the polarity of written comments, a few sentences about us; it has not
been shown to judge quarters of spoken, recognised talk, and no such calls with moods marked by people were to be had in
three languages. An unproven curve would be believed.

"""

_SURVEY = """\
In total and per period (`[figures] every`: month unless set otherwise; midnights of `[workspace] timezone`).
Intervals are 95 %: adjusted Wald for `nps` (Rocks 2016, *The American Statistician* 70), Wilson for shares, Student's t
for means, percentile bootstrap with a fixed seed for `nps_impact`. An impact is a difference between groups of people,
not proof of a cause.

"""

_THREADS = """\
From `messages.csv`, in total and per period. The interval of a median is by order statistics (from six values), of a
share Wilson's. With `[messages] business_hours = "09:00-17:00"` and `country = "SE"` only those hours of working days
count, by `[workspace] timezone`; public holidays and weekends are those of the `holidays` package.

"""

_FUNNEL = """\
From `leads.csv`; what it does not say of a lead is taken from the lead's calls. A lead's own rows hold its time to won
or its age; the others are totals and, but for open leads, periods: conversion and qualification by the period in which
the lead began (late ones have had less time), the rest by when it was closed. Means have Student's t intervals,
shares Wilson's. The latest date in the tables stands for today, so that the same tables give the same figures.

"""

_CARRIED = """\
Rows of `metrics.csv` go into the records with status `carried`. Value and parts are checked: what cannot be (a
share over 1, a count below 0, more customers kept than there were) is refused with the reason in `failures.jsonl`. A
*vanity* figure flatters and says little on its own: read it beside the other. Other signals are carried too when the
row names their phase. Registry: `src/callsignals/vocabulary/carried.toml`.

"""


_REASONS = """\
`reason` in the records and in `without_value` of `calls.parquet`, and what the closing summary names. The report has
the same in words. A reason that is not listed here says what it means by its name.

"""


def carried_table() -> str:
    """Signals of ``metrics.csv``, as a Markdown table."""
    lines = [
        "| signal | phase | unit | meaning | direction | level | parts | vanity | read beside |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, metric in carried_metrics().items():
        meaning = DEFINITIONS[name]
        parts = {
            "ratio": "numerator, denominator",
            "net_promoters": "promoters, passives, detractors",
            "retention": "customers_start, customers_end, customers_new",
        }.get(metric.parts or "", "-")
        beside = ", ".join(f"`{other}`" for other in metric.read_beside)
        lines.append(
            f"| `{name}` | {meaning.phase} | {meaning.unit} | {meaning.formula} | {meaning.direction} | "
            f"{', '.join(metric.levels)} | {parts} | {'yes' if metric.vanity else 'no'} | {beside} |"
        )
    return "\n".join(lines) + "\n"


@cache
def pitfalls() -> dict[str, str]:
    """How each signal that is measured here misleads."""
    text = _FOLDER.joinpath("pitfalls.toml").read_text(encoding="utf-8")
    return tomllib.loads(text) | {name: measure.pitfall for name, measure in CALL_MEASURES.items()}


def entries(definitions: dict[str, Definition]) -> str:
    """A section a signal: picture, formula, when there is none, how it is pooled, and its pitfall."""
    return "\n".join(_entry(definition) for definition in definitions.values())


def _entry(definition: Definition) -> str:
    name = definition.name
    drawn = (_FOLDER / "pictures" / f"{name}.svg").is_file()
    picture = f"![{name} of a made-up call](pictures/{name}.svg)\n\n" if drawn else ""
    return (
        f"### `{name}`\n\n{picture}"
        f"{_sentence(definition.formula)}\n\n"
        f"- No value when: {definition.insufficient_when}\n"
        f"- Unit: {definition.unit or 'label'}; phase: {definition.phase}; better: {definition.direction}; "
        f"pooled: {_pooled(definition)}\n"
        f"- Pitfall: {pitfalls()[name]}\n"
    )


def _sentence(formula: str) -> str:
    return f"**{formula[:1].upper()}{formula[1:]}.**"


def _pooled(definition: Definition) -> str:
    if definition.minimum_denominator is not None:
        scale = "" if definition.scale == 1 else f"{definition.scale:g} x "
        return f"{scale}sum / sum, from {definition.minimum_denominator:g}"
    return f"sum / sum, from n = {definition.minimum_n}" if definition.minimum_n is not None else "no"


def reasons_table() -> str:
    """What each stable name of a reason means, as a Markdown table."""
    rows = wording("en").sections["reason"].items()
    lines = [f"| `{name.replace('_other', '_CODE')}` | {text.format(code='CODE')} |" for name, text in rows]
    return "\n".join(["| reason | meaning |", "|---|---|", *lines]) + "\n"


def page() -> str:
    """The whole page."""
    return (
        _HEAD
        + "## During: conversation, per call\n\n"
        + entries(CONVERSATION_SIGNALS)
        + "\n## During: need and product terms, per call\n\n"
        + entries(TERM_SIGNALS)
        + "\n## During: in view of the seller's other calls, per call\n\n"
        + entries(RELATED_SIGNALS)
        + "\nHow it is measured, and what length does to it: [personalisation.md](personalisation.md).\n"
        + "\n## Before and after: customers' own words, per comment\n\n"
        + entries(TEXT_SIGNALS)
        + "\n## After: survey figures, per lead, seller, segment and company\n\n"
        + _SURVEY
        + entries(SURVEY_FIGURES)
        + "\n## During and after: threads, per lead, seller, segment and company\n\n"
        + _THREADS
        + entries(THREAD_FIGURES)
        + "\n## During: the funnel, per lead, seller, segment and company\n\n"
        + _FUNNEL
        + entries(FUNNEL_FIGURES)
        + "\n## Carried: measured elsewhere\n\n"
        + _CARRIED
        + carried_table()
        + "\n## Why there is no value\n\n"
        + _REASONS
        + reasons_table()
        + f"\nDefinitions digest: `{definitions_digest()[:16]}`\n"
    )


if __name__ == "__main__":
    _FOLDER.joinpath("signals.md").write_text(page(), encoding="utf-8")
