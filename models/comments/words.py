"""Count the words of the training texts, by language, for ``callsignals.comments.spelling``.

python models/comments/words.py

Writes ``words.json``. A word that no dictionary knows (simplemma's, with our steps for Finnish) counts when it stands
in the texts four times or more; seen two or three times it is written with 0, and may stand; seen once it is left out,
as the slip of the pen that it often is.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import corpus
from corpus import Row
from workbench import say, write_json

from callsignals.comments.spelling import WORDS_FILE, words_of
from callsignals.language.dictionary import lemma_forms
from callsignals.vocabulary.spoken import LANGUAGES

HERE = Path(__file__).resolve().parent
FEWEST_OF_UNKNOWN = 4
FEWEST_TO_STAND = 2


def counted(rows: Sequence[Row]) -> dict[str, dict[str, int]]:
    """By language, the words in alphabetical order with their counts."""
    found: dict[str, dict[str, int]] = {}
    for language in LANGUAGES:
        counts = Counter(word for row in rows if row.language == language for word in words_of(row.text))
        found[language] = {
            word: count if count >= FEWEST_OF_UNKNOWN or lemma_forms(word, language) else 0
            for word, count in sorted(counts.items())
            if count >= FEWEST_TO_STAND or lemma_forms(word, language)
        }
    return found


def main() -> None:
    """Count, write."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    rows, _ = corpus.split([*corpus.load_ours(), *corpus.load_licensed()])
    words = counted(rows)
    write_json(HERE / WORDS_FILE, words)
    say(", ".join(f"{language} {len(of)} words" for language, of in words.items()))


if __name__ == "__main__":
    main()
