"""Does ``personalisation`` depend on how long a call is, and does it fall when calls share a script?

Calls are made of the persuaders' side of PersuasionForGood dialogues (Wang et al. 2019): dialogues in random order are
laid end to end and cut into calls of 3,000 content lemmas. Shorter calls are made of those, either as a stretch from
somewhere in the call or as sentences picked from all over it, once for the judged call alone (the others stay long)
and once for all of them. Scripted calls begin with the same words, for a quarter of their length, a half, ...

Usage::

    python benchmarks/insight/personalisation_length.py --data shared/data/corpora [--groups 60]
"""

from __future__ import annotations

import argparse
import csv
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from callsignals.language.content import content_runs
from callsignals.language.personalisation import personalisation_scores
from callsignals.vocabulary.spoken import Word

LONG = 3000
GAP = 200
LENGTHS = (300, 600, 1200, LONG)
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
Sentences = list[list[str]]


def dialogues(folder: Path) -> list[Sentences]:
    """Content lemmas of each dialogue's persuader, utterance by utterance."""
    found: dict[str, Sentences] = {}
    with (folder / "persuasionforgood" / "dialogs_200.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["B4"] == "0":
                words = [Word(text, None, None, "seller", "s") for text in row["Unit"].split()]
                runs = [run for _, runs in content_runs(words, "en") for run in runs]
                found.setdefault(row["B2"], []).append([one.lemma for run in runs for one in run])
    return list(found.values())


def long_calls(talk: list[Sentences], seed: int) -> list[Sentences]:
    """As many calls of ``LONG`` lemmas as there are, dialogues in an order of their own."""
    shuffled = talk[:]
    random.Random(seed).shuffle(shuffled)
    calls: list[Sentences] = [[]]
    for sentence in (sentence for dialogue in shuffled for sentence in dialogue):
        if sum(map(len, calls[-1])) >= LONG + GAP:
            calls.append([])
        calls[-1].append(sentence)
    return [call for call in calls if sum(map(len, call)) >= LONG]


def flat(call: Sentences, length: int = LONG) -> list[str]:
    """Its first lemmas."""
    return [lemma for sentence in call for lemma in sentence][:length]


def stretch(call: Sentences, length: int, chance: random.Random) -> list[str]:
    """A stretch from somewhere in the call."""
    lemmas = flat(call)
    start = chance.randrange(len(lemmas) - length + 1)
    return lemmas[start : start + length]


def picked(call: Sentences, length: int, chance: random.Random) -> list[str]:
    """Sentences from all over the call."""
    sentences = call[:]
    chance.shuffle(sentences)
    return flat(sentences, length)


def figure(values: Sequence[float]) -> str:
    """Mean and its standard error."""
    return f"{np.mean(values):.4f} ± {np.std(values, ddof=1) / len(values) ** 0.5:.4f}"


def main() -> None:
    """Print the tables of ``docs/personalisation.md``."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with persuasionforgood/dialogs_200.csv")
    parser.add_argument("--groups", type=int, default=60, help="random orders of the dialogues")
    arguments = parser.parse_args()
    talk = dialogues(arguments.data)
    print(f"{len(talk)} dialogues, {sum(len(s) for d in talk for s in d)} lemmas, {arguments.groups} orders")
    by_length: dict[tuple[str, str, int], list[float]] = {}
    by_share: dict[tuple[int, float], list[float]] = {}
    for seed in range(arguments.groups):
        chance = random.Random(1000 + seed)
        calls = long_calls(talk, seed)
        whole = [flat(call) for call in calls]
        for how, cut in (("stretch", stretch), ("sentences", picked)):
            for length in LENGTHS:
                short = [cut(call, length, chance) for call in calls]
                by_length.setdefault((how, "all", length), []).append(float(personalisation_scores(short).mean()))
                judged = []
                for place, call in enumerate(short):
                    mixed = [call if at == place else other for at, other in enumerate(whole)]
                    judged.append(float(personalisation_scores(mixed)[place]))
                by_length.setdefault((how, "judged", length), []).append(float(np.mean(judged)))
        for length in LENGTHS:
            for share in SHARES:
                kept = round(share * length)
                scripted = [whole[0][:kept] + call[kept:length] for call in whole[1:]]
                by_share.setdefault((length, share), []).append(float(personalisation_scores(scripted).mean()))
    print("\n| shorter calls are | short | " + " | ".join(f"{length} lemmas" for length in LENGTHS) + " | effect |")
    print("|---|---|" + "---|" * (len(LENGTHS) + 1))
    for how in ("stretch", "sentences"):
        for who in ("judged", "all"):
            cells = [by_length[how, who, length] for length in LENGTHS]
            effect = np.subtract(cells[0], cells[-1])
            print(f"| {how} | {who} | {' | '.join(map(figure, cells))} | {figure(effect)} |")
    print("\n| length | " + " | ".join(f"{share:.0%} shared" for share in SHARES) + " |")
    print("|---|" + "---|" * len(SHARES))
    for length in LENGTHS:
        print(f"| {length} | {' | '.join(figure(by_share[length, share]) for share in SHARES)} |")


if __name__ == "__main__":
    main()
