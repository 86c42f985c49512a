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
                if name in {"referral_source", "comment_polarity", "nps_group"} and kind != "reply":
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
    """Temperatures and thresholds, with what they gave on the development texts."""
    lines = [
        "| head | shares of words, vectors, layer | temperature | threshold | precision | coverage |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {', '.join(map(str, t['shares']))} | "
        + " | ".join(str(t[key]) for key in ("temperature", "threshold", "precision", "coverage"))
        + " |"
        for name, t in thresholds.items()
        if isinstance(t, dict)
    ]
    return [*lines, ""]


def robustness_lines(robustness: dict[str, Any]) -> list[str]:
    """Share of all texts answered rightly after harmless changes."""
    lines = []
    for tier, signals in robustness.items():
        for signal, values in signals.items():
            said = ", ".join(f"{k} {v}" for k, v in values.items() if k != "n")
            lines.append(f"- {tier}, {signal} (n {values['n']}): {said}")
    return [
        "Right answers among all texts (abstaining is not right) after changes that do not alter the meaning:",
        "",
        *lines,
        "",
    ]


def tier_table(metrics: dict[str, Any]) -> list[str]:
    """The headline figures of the three tiers side by side, on the test set."""
    title = next(iter(metrics["figures"]["exact"]))
    lines = [f"{title}:", "", "| figure | exact | auto | fast |", "|---|---|---|---|"]
    for kind, name, key in HEADLINES:
        cells = []
        for tier in ("exact", "auto", "fast"):
            part = metrics["figures"][tier][title].get(kind, {})
            values = part.get(name, {}) if name else part
            cells.append(str(values.get("all", values).get(key, "not in this set")))
        lines.append(f"| {name or kind}, {key.replace('_', ' ')} | " + " | ".join(cells) + " |")
    return [*lines, ""]


HEADLINES = (
    ("referral", "referral_source", "coverage"),
    ("referral", "referral_source", "accuracy_of_answered"),
    ("referral", "referral_source", "macro_f1_of_answered"),
    ("referral", "referral_source", "ece"),
    ("referral", "referral_source", "abstain_recall"),
    ("referral", "several_sources", "both_found"),
    ("referral", "referral_personal", "f1"),
    ("referral", "relationship_months", "exact"),
    ("survey", "nps_detractor_or_promoter", "coverage"),
    ("survey", "nps_detractor_or_promoter", "macro_f1_of_answered"),
    ("survey", "polarity_in_three", "coverage"),
    ("survey", "polarity_in_three", "macro_f1_of_answered"),
    ("survey", "comment_polarity", "ece"),
    ("survey", "comment_reasons", "micro_f1"),
    ("survey", "comment_reasons", "macro_f1"),
    ("survey", "recommends", "precision"),
    ("survey", "recommends", "recall"),
    ("reply", "reply_intent", "coverage"),
    ("reply", "reply_intent", "macro_f1_of_answered"),
    ("score_text_mismatch", "", "precision"),
)


def main() -> None:
    """Rewrite the card."""
    metrics = json.loads((HERE / "metrics.json").read_text(encoding="utf-8"))
    overlap = metrics["texts"]["overlap"]
    lines = [f"{metrics['texts']['training']} training texts.", ""]
    lines += [
        f"- {title}: of {o['n']} texts {o['near_duplicates']} have a near-duplicate in training, "
        f"{o['of_them_up_to_three_words']} of them of at most three words"
        for title, o in overlap.items()
    ]
    lines += ["", *tier_table(metrics), *robustness_lines(metrics["robustness"])]
    for tier in ("exact", "fast"):
        lines += [f"Thresholds, {tier}:", "", *threshold_lines(metrics["thresholds"][tier])]
    for title, part in metrics["figures"]["exact"].items():
        lines += part_lines(title, part)
    card = (HERE / "README.md").read_text(encoding="utf-8")
    before, rest = card.split(BEGIN)
    after = rest.split(END)[1]
    content = f"{before}{BEGIN}\n\n" + "\n".join(lines).rstrip() + f"\n\n{END}{after}"
    (HERE / "README.md").write_text(content, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
