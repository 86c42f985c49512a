"""How much of what it should does redaction find, and how much of what it should not.

``python benchmarks/redaction.py [--part held_out|development] [--misses]`` prints recall by kind and precision for
each language, with 95 % Wilson intervals. A labelled span counts as found when every character of it lies inside
findings of any kind; a finding counts as right when it touches a labelled span. ``--misses`` prints what went wrong
(development part only: the held-out part is never looked into).
"""

import argparse
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from callsignals.privacy.redaction import Finding, find

SET = Path(__file__).parents[1] / "tests" / "privacy" / "redaction_set"
GROUPS = {
    "ids": ("identity_number", "business_id"),
    "cards, IBAN": ("card", "iban"),
    "e-mails": ("email",),
    "phones": ("phone",),
    "names": ("name",),
    "other": ("address", "ip_address", "url"),
}


@dataclass
class Count:
    """So many of so many."""

    hits: int = 0
    of: int = 0

    def add(self, hit: bool) -> None:
        """Count one."""
        self.hits += hit
        self.of += 1

    def __str__(self) -> str:
        if not self.of:
            return "-"
        low, high = wilson(self.hits, self.of)
        return f"{self.hits}/{self.of} {self.hits / self.of:.3f} [{low:.2f}-{high:.2f}]"


@dataclass
class Scores:
    """Of one language in one part of the set."""

    found: dict[str, Count] = field(default_factory=lambda: {name: Count() for name in GROUPS})
    right: Count = field(default_factory=Count)
    lookalikes_hit: Count = field(default_factory=Count)


def wilson(hits: int, of: int, z: float = 1.96) -> tuple[float, float]:
    """The score interval of a share (Wilson 1927)."""
    share, spread = hits / of, z * z / of
    centre, half = share + spread / 2, z * math.sqrt(share * (1 - share) / of + spread / (4 * of))
    return max(0.0, (centre - half) / (1 + spread)), min(1.0, (centre + half) / (1 + spread))


def items(part: str) -> Iterator[dict]:
    """The labelled texts of one half of the set."""
    with (SET / f"{part}.jsonl").open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def covered(start: int, end: int, findings: tuple[Finding, ...]) -> bool:
    """Whether findings leave no character of a stretch."""
    hidden = {place for one in findings for place in range(one.start_char, one.end_char)}
    return all(place in hidden for place in range(start, end))


def scored(part: str, *, misses: bool = False) -> dict[str, Scores]:
    """Scores by language."""
    scores = {language: Scores() for language in ("en", "sv", "fi")}
    for item in items(part):
        text, own = item["text"], scores[item["language"]]
        findings = find(text, item["language"])
        wanted = [span for span in item["spans"] if span["kind"] != "lookalike"]
        for span in item["spans"]:
            start, end = span["start_char"], span["end_char"]
            if span["kind"] == "lookalike":
                own.lookalikes_hit.add(any(f.start_char < end and start < f.end_char for f in findings))
                continue
            group = next(name for name, kinds in GROUPS.items() if span["kind"] in kinds)
            hit = covered(start, end, findings)
            own.found[group].add(hit)
            if misses and not hit:
                print(f"MISSED {span['kind']} «{text[start:end]}» in: {text}\n       found {shown(text, findings)}")
        for found in findings:
            right = any(s["start_char"] < found.end_char and found.start_char < s["end_char"] for s in wanted)
            own.right.add(right)
            if misses and not right:
                print(f"WRONG {found.kind} «{text[found.start_char : found.end_char]}» in: {text}")
    return scores


def shown(text: str, findings: tuple[Finding, ...]) -> list[str]:
    """Findings for reading."""
    return [f"{one.kind}:{text[one.start_char : one.end_char]}" for one in findings]


def main() -> None:
    """Print the table of each part asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=("held_out", "development"))
    parser.add_argument("--misses", action="store_true")
    options = parser.parse_args()
    for part in [options.part] if options.part else ["development", "held_out"]:
        scores = scored(part, misses=options.misses and part == "development")
        print(f"\n{part}\n{'recall':<14}" + "".join(f"{language:<30}" for language in scores))
        for group in GROUPS:
            print(f"{group:<14}" + "".join(f"{own.found[group]!s:<30}" for own in scores.values()))
        numbers = ("ids", "cards, IBAN", "e-mails", "phones")
        together = [
            Count(sum(o.found[g].hits for g in numbers), sum(o.found[g].of for g in numbers)) for o in scores.values()
        ]
        print(f"{'numbers, mail':<14}" + "".join(f"{one!s:<30}" for one in together))
        print(f"{'precision':<14}" + "".join(f"{own.right!s:<30}" for own in scores.values()))
        print(f"{'lookalikes hit':<14}" + "".join(f"{own.lookalikes_hit!s:<30}" for own in scores.values()))


if __name__ == "__main__":
    main()
