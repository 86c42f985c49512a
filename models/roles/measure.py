"""How often the seller is claimed, and how often rightly, on dialogues that were not fitted on.

    PYTHONPATH=src python models/roles/measure.py

Reads ``data/*.heldout.jsonl``, the references under ``fixtures`` and the texts behind the demo. Each is measured as
written without any hints, with the names a workspace would hold, and garbled as recognition and diarization might
hand it on.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from corpus import Dialogue, dialogues, misheard, transcript_of

from callsignals.conversation.role_cues import RoleHints, guess_seller

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"


def main() -> None:
    """Print one line for each source, language and way of reading."""
    own = list(dialogues("heldout", with_hints=True))
    plain = [replace(one, hints=RoleHints()) for one in own]
    garbled = [misheard(one, lost=0.15, swapped=0.05) for one in plain]
    for way, those in (("as written, no names", plain), ("with names", own), ("garbled, no names", garbled)):
        _print_table(way, those)
    _print_table("real calls and demo texts, no names", [*real_calls(), *demo_texts()])
    _print_table("demo texts, middle only", [_middle(one) for one in demo_texts()])


def _print_table(way: str, those: Sequence[Dialogue]) -> None:
    print(f"\n{way}")
    for source, language in sorted({(one.source, one.language) for one in those}):
        of = [one for one in those if (one.source, one.language) == (source, language)]
        for sold, some in ((True, [one for one in of if one.seller]), (False, [one for one in of if not one.seller])):
            if some:
                print(f"  {source:>12} {language} {_line(some, sold)}")
    sold_all = [one for one in those if one.seller]
    print(f"  {'all':>12}    {_line(sold_all, True)}")


def _line(those: Sequence[Dialogue], sold: bool) -> str:
    guesses = [(one, guess_seller(one.transcript, one.hints)) for one in those]
    claimed = [(one, guess) for one, guess in guesses if guess.seller_speaker is not None]
    if not sold:
        return f"n={len(those):3d} nobody sells: claimed {len(claimed)}"
    right = sum(guess.seller_speaker == one.seller for one, guess in claimed)
    low = _wilson(right, len(claimed))
    wrong = [one.key for one, guess in claimed if guess.seller_speaker != one.seller]
    share = right / len(claimed) if claimed else math.nan
    return (
        f"n={len(those):3d} claimed {len(claimed) / len(those):.3f} right where claimed {share:.3f} "
        f"(95 % low {low:.3f}) {' '.join(wrong[:4])}"
    )


def _wilson(right: int, n: int) -> float:
    if not n:
        return math.nan
    z, p = 1.96, right / n
    return (p + z * z / (2 * n) - z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))) / (1 + z * z / n)


def real_calls() -> Iterator[Dialogue]:
    """HarperValley and the Chromecast call, words of the references."""
    for path in sorted((FIXTURES / "harpervalley_reference").glob("*.reference.json")):
        segments = json.loads(path.read_text(encoding="utf-8"))
        voice = {"agent": "v1", "caller": "v0"}
        turns = [
            (voice[one["speaker_role"]], one["human_transcript"])
            for one in sorted(segments, key=lambda one: one["offset_ms"])
        ]
        yield _call(path.stem, "harpervalley", "en", turns, "v1")
    yield _call("chromecast", "chromecast", "en", chromecast(), "v1")


def chromecast() -> list[tuple[str, str]]:
    """The reference has no turns: they begin at these words."""
    text = (FIXTURES / "commercial_reference" / "reference.txt").read_text(encoding="utf-8").strip()
    starts = ["hi I'd", "certainly which", "uh let's", "would you like the new", "regular Chromecast is", "okay sure",
              "Express please", "terrific", "thank you thank"]  # fmt: skip
    places = [text.index(start) for start in starts] + [len(text)]
    return [(f"v{index % 2}", text[place : places[index + 1]]) for index, place in enumerate(places[:-1])]


def demo_texts() -> Iterator[Dialogue]:
    """Long written calls in three languages, by another author than the fitted ones."""
    for path in sorted((FIXTURES / "demo_source").glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        people = dict(re.findall(r"^(\w+) = [^,\n]+, (seller|customer)", text, flags=re.M))
        language = re.search(r"^language: (\w+)", text, flags=re.M)
        turns = re.findall(r"^(\w+): (.+)$", text.split("\n\n", 1)[1], flags=re.M)
        voice = {"seller": "v0", "customer": "v1"}
        said = [(voice[people[who]], what) for who, what in turns if who in people]
        yield _call(path.stem, "demo", language.group(1) if language else "en", said, "v0")


def _call(key: str, source: str, language: str, turns: list[tuple[str, str]], seller: str) -> Dialogue:
    return Dialogue(key, key, source, language, transcript_of(turns, language), seller, RoleHints())


def _middle(dialogue: Dialogue) -> Dialogue:
    """The middle third of a call, without its greeting and its end."""
    words = dialogue.transcript.words
    third = len(words) // 3
    return replace(dialogue, transcript=replace(dialogue.transcript, words=words[third : 2 * third]))


if __name__ == "__main__":
    main()
