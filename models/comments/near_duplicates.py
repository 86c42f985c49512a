"""Near-duplicates among the synthetic texts, within each language and kind.

Two texts are near-duplicates when the Jaccard similarity of their sets of character 5-grams (lower-cased,
punctuation and spacing folded) is at least 0.7. The measure follows Broder 1997, "On the resemblance and
containment of documents".

    python models/comments/near_duplicates.py models/comments/data

Prints one line per language and kind, and each pair found; exits with 1 when there is a pair.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

SHINGLE_CHARS = 5
NEAR_DUPLICATE_JACCARD = 0.7


@dataclass(frozen=True)
class LabelledText:
    """One line of a training file, as far as the comparison needs it."""

    identity: str
    kind: str
    language: str
    text: str


@dataclass(frozen=True)
class NearDuplicate:
    """Two texts of one language and kind, with their Jaccard similarity (0..1)."""

    first: LabelledText
    second: LabelledText
    jaccard: float


def shingles(text: str) -> frozenset[str]:
    """The set of character 5-grams of a text, folded and padded with one space on each side.

    Args:
        text: any text; one without letters or digits is compared as it stands.

    Returns:
        At least one string; a text shorter than a 5-gram is its own only shingle.
    """
    folded = " ".join(re.findall(r"\w+", text.casefold())) or text
    padded = f" {folded} "
    return frozenset(padded[i : i + SHINGLE_CHARS] for i in range(max(1, len(padded) - SHINGLE_CHARS + 1)))


def read_texts(folder: Path) -> list[LabelledText]:
    """All lines of the folder's ``*.jsonl`` files, in file and line order."""
    return [
        LabelledText(row["id"], f"{path.name.split('.')[0]}/{row['kind']}", row["language"], row["text"])
        for path in sorted(folder.glob("*.jsonl"))
        for row in map(json.loads, path.read_text(encoding="utf-8").splitlines())
    ]


def near_duplicates(texts: list[LabelledText], threshold: float = NEAR_DUPLICATE_JACCARD) -> list[NearDuplicate]:
    """Pairs of texts at or above the similarity threshold.

    Args:
        texts: texts of one language and kind.
        threshold: least Jaccard similarity (0..1) of a pair.

    Returns:
        The pairs in the order of their second text.
    """
    sets = [shingles(text.text) for text in texts]
    holders: defaultdict[str, list[int]] = defaultdict(list)
    pairs = []
    for second, own in enumerate(sets):
        shared = Counter(first for shingle in own for first in holders[shingle])
        for first, common in sorted(shared.items()):
            jaccard = common / (len(own) + len(sets[first]) - common)
            if jaccard >= threshold:
                pairs.append(NearDuplicate(texts[first], texts[second], jaccard))
        for shingle in sorted(own):
            holders[shingle].append(second)
    return pairs


def main() -> int:
    """Report the share of texts that have a near-duplicate, per language and kind."""
    parser = argparse.ArgumentParser(description="near-duplicates within each language and kind")
    parser.add_argument("folder", type=Path)
    found = False
    rooms: defaultdict[tuple[str, str], list[LabelledText]] = defaultdict(list)
    for text in read_texts(parser.parse_args().folder):
        rooms[text.kind, text.language].append(text)
    for (kind, language), texts in sorted(rooms.items()):
        pairs = near_duplicates(texts)
        touched = {text.identity for pair in pairs for text in (pair.first, pair.second)}
        closest = max((pair.jaccard for pair in near_duplicates(texts, 0.3)), default=0.0)
        print(
            f"{kind} {language}: {len(texts)} texts, "
            f"{len(touched) / len(texts):.1%} near-duplicates, closest {closest:.2f}"
        )
        for pair in pairs:
            print(f"  {pair.jaccard:.2f} {pair.first.identity} {pair.second.identity}")
        found = found or bool(pairs)
    return int(found)


if __name__ == "__main__":
    sys.exit(main())
