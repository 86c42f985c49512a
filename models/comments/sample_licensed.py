"""Cut a training and evaluation sample from the licensed sets XED and the VADER Amazon snippets.

  python sample_licensed.py --xed FOLDER --amazon FILE

writes ``data/licensed/xed.tsv`` (language, polarity, text) and ``data/licensed/amazon.tsv`` (review, polarity, text).
The sample is fixed by a digest of each text, not by chance, so running it again gives the same lines.
"""

from __future__ import annotations

import argparse
import hashlib
import re
from pathlib import Path

HERE = Path(__file__).resolve().parent
PER_CLASS = 1000
POSITIVE_EMOTIONS, NEGATIVE_EMOTIONS = {"5", "8"}, {"1", "3", "6"}  # joy, trust; anger, disgust, sadness
MINIMUM_WORDS = 3
AMAZON_POSITIVE, AMAZON_NEGATIVE, AMAZON_NEUTRAL = 1.0, -1.0, 0.2  # of a mean human score of -4 to 4

XED_ANNOTATED = {"en": "en-annotated.tsv", "fi": "fi-annotated.tsv", "sv": "sv-projections.tsv"}
XED_NEUTRAL = {"en": "neu_en.txt", "fi": "neu_fi.txt"}


def rank(text: str) -> str:
    """A fixed shuffle."""
    return hashlib.sha256(text.encode()).hexdigest()


def clean(text: str) -> str:
    """Subtitle dashes and tokenised punctuation made plain."""
    text = re.sub(r"^\s*-\s*", "", text.replace("\t", " "))
    return re.sub(r"\s+([.,!?;:])", r"\1", re.sub(r"\s+", " ", text)).strip()


def xed_polarity(emotions: str) -> str | None:
    """Polarity of a line whose emotions all point one way; None otherwise."""
    named = {e.strip() for e in emotions.split(",")}
    if named <= POSITIVE_EMOTIONS:
        return "positive"
    return "negative" if named <= NEGATIVE_EMOTIONS else None


def xed_lines(folder: Path) -> list[tuple[str, str, str]]:
    """Every usable line: language, polarity, text."""
    rows = []
    for language, name in XED_ANNOTATED.items():
        for line in (folder / name).read_text(encoding="utf-8").splitlines():
            text, _, emotions = line.rpartition("\t")
            polarity = xed_polarity(emotions)
            if polarity:
                rows.append((language, polarity, clean(text)))
    for language, name in XED_NEUTRAL.items():
        for line in (folder / name).read_text(encoding="utf-8").splitlines():
            parts = line.split("\t")
            if len(parts) > 1:
                rows.append((language, "neutral", clean(parts[1])))
    return rows


def sample(rows: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """At most PER_CLASS distinct lines of each language and polarity."""
    kept: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
    for row in sorted(set(rows), key=lambda r: rank(r[2])):
        bucket = kept.setdefault(row[:2], [])
        if len(row[2].split()) >= MINIMUM_WORDS and len(bucket) < PER_CLASS:
            bucket.append(row)
    return sorted(row for bucket in kept.values() for row in bucket)


def amazon_lines(path: Path) -> list[tuple[str, str, str]]:
    """Snippets with a clear mean score: review id, polarity, text."""
    rows = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        number, score, text = line.split("\t", 2)
        value = float(score)
        polarity = "positive" if value >= AMAZON_POSITIVE else "negative" if value <= AMAZON_NEGATIVE else None
        if abs(value) <= AMAZON_NEUTRAL:
            polarity = "neutral"
        if polarity and len(text.split()) >= MINIMUM_WORDS:
            rows.append((number.split("_")[0], polarity, clean(text)))
    return sorted(set(rows))


def write(path: Path, header: str, rows: list[tuple[str, str, str]]) -> None:
    """One tab-separated file, line feeds on every system."""
    lines = [header, *("\t".join(row) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def main() -> None:
    """Read the arguments, write both files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--xed", type=Path, required=True, help="folder with the tsv and neu_*.txt files of XED")
    parser.add_argument("--amazon", type=Path, required=True, help="amazonReviewSnippets_GroundTruth.txt")
    arguments = parser.parse_args()
    target = HERE / "data" / "licensed"
    target.mkdir(parents=True, exist_ok=True)
    xed, amazon = sample(xed_lines(arguments.xed)), amazon_lines(arguments.amazon)
    write(target / "xed.tsv", "language\tpolarity\ttext", xed)
    write(target / "amazon.tsv", "review\tpolarity\ttext", amazon)
    print(f"{len(xed)} XED lines, {len(amazon)} Amazon snippets")


if __name__ == "__main__":
    main()
