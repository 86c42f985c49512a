"""Write the figures of ``metrics.json`` into the model card, between its markers.

python models/comments/card.py
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
BEGIN, END = "<!-- figures: written by card.py -->", "<!-- end of figures -->"


def label_table(title: str, figures: dict[str, Any]) -> list[str]:
    """One signal with one label: a line for all texts and one for each language."""
    lines = [
        f"**{title}**",
        "",
        "| texts | n | coverage | right when answered (95 %) | macro-F1, abstained = wrong "
        "| macro-F1 of answered | ECE | abstains when it should (n) |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for part, f in figures.items():
        low, high = f["accuracy_95"]
        lines.append(
            f"| {part} | {f['n']} | {f['coverage']} | {f['accuracy_of_answered']} ({low} to {high}) | "
            f"{f['macro_f1_abstained_counts_wrong']} | {f['macro_f1_of_answered']} | {f['ece']} | "
            f"{f['abstain_recall']} ({f['abstain_n']}) |"
        )
    return [*lines, ""]


def reliability(title: str, figures: dict[str, Any]) -> list[str]:
    """The reliability table of all languages together."""
    lines = [f"Reliability of {title}: ", "", "| confidence | n | mean confidence | right |", "|---|---|---|---|"]
    lines += [
        f"| {b['low']} to {b['high']} | {b['n']} | {b['confidence']} | {b['accuracy']} |"
        for b in figures["all"]["reliability"]
    ]
    return [*lines, ""]


def part_lines(title: str, part: dict[str, Any]) -> list[str]:
    """Everything measured on one held-out part."""
    lines = [f"### {title}", ""]
    if "all" in part:
        return lines + label_table("comment_polarity", part) + reliability("comment_polarity", part)
    for kind, figures in part.items():
        for name, values in figures.items() if kind in {"referral", "survey", "reply"} else ():
            if isinstance(values, dict) and "all" in values:
                lines += label_table(f"{name} ({kind})", values)
                if name in {"referral_source", "comment_polarity"} and kind != "reply":
                    lines += reliability(name, values)
            else:
                lines += [f"**{name}**: " + ", ".join(f"{k} {v}" for k, v in values.items()), ""]
        if kind == "score_text_mismatch":
            lines += [f"**{kind}**: " + ", ".join(f"{k} {v}" for k, v in figures.items()), ""]
        if kind == "other languages":
            said = [f"{language} {f['abstained']} of {f['n']}" for language, f in figures.items()]
            lines += ["**Other languages that abstain**: " + ", ".join(said), ""]
    return lines


def threshold_lines(thresholds: dict[str, Any]) -> list[str]:
    """Temperatures and thresholds, with what they gave out of fold."""
    lines = [
        "| head | temperature | threshold | precision out of fold | coverage out of fold |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {t['temperature']} | {t['threshold']} | {t['out_of_fold_precision']} "
        f"| {t['out_of_fold_coverage']} |"
        for name, t in thresholds.items()
        if isinstance(t, dict)
    ]
    return [*lines, ""]


def main() -> None:
    """Rewrite the card."""
    metrics = json.loads((HERE / "metrics.json").read_text(encoding="utf-8"))
    texts = metrics["texts"]
    lines = [
        f"{texts['training']} training texts, {texts['held_out']} held out; "
        f"{texts['near_duplicate_pairs_merged']} near-duplicate pairs were put into common groups.",
        "",
        *threshold_lines(metrics["thresholds"]),
    ]
    for title, part in metrics["figures"].items():
        lines += part_lines(title, part)
    card = (HERE / "README.md").read_text(encoding="utf-8")
    before, rest = card.split(BEGIN)
    after = rest.split(END)[1]
    content = f"{before}{BEGIN}\n\n" + "\n".join(lines).rstrip() + f"\n\n{END}{after}"
    (HERE / "README.md").write_text(content, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
