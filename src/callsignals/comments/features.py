"""What the heads see: TF-IDF of words and characters, centred sentence vectors, and rule hits.

TF-IDF works on folded text (no case, no diacritics), so that "manader" and "månader" are one. Sentence vectors have
the mean of their language's training texts taken off, which aligns the three languages (Libovický et al. 2020, "On
the Language Neutrality of Pre-trained Multilingual Representations"), and are scaled to length 1 again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from callsignals.comments.normalise import fold

if TYPE_CHECKING:  # imported where it is used: most runs have nothing to classify, and it is slow to import
    from sklearn.feature_extraction.text import TfidfVectorizer

__all__ = ["RuleHits", "TextFeatures", "rule_columns"]

Matrix = npt.NDArray[np.float32]

_WORD_OPTIONS: dict[str, Any] = {"analyzer": "word", "ngram_range": (1, 2), "token_pattern": r"(?u)\b\w+\b"}
_CHAR_OPTIONS: dict[str, Any] = {"analyzer": "char_wb", "ngram_range": (2, 5)}
_COMMON_OPTIONS: dict[str, Any] = {"lowercase": False, "sublinear_tf": True, "dtype": np.float32}

RuleHits = Sequence[str]
"""Labels that rules found in a text."""


@dataclass(frozen=True, slots=True)
class TextFeatures:
    """Fitted feature maps of one family of heads.

    Attributes:
        word, character: fitted TF-IDF maps.
        centres: mean sentence vector of each language's training texts, and "" for unknown language.
    """

    word: TfidfVectorizer
    character: TfidfVectorizer
    centres: Mapping[str, Matrix]

    @classmethod
    def fit(
        cls, texts: Sequence[str], vectors: Matrix, languages: Sequence[str], maximum: tuple[int, int]
    ) -> TextFeatures:
        """Learn vocabulary, weights and language means.

        Args:
            texts: normalised training texts.
            vectors: their sentence vectors, ``[n, 384]``.
            languages: of each.
            maximum: how many word and character features to keep, the most frequent first.
        """
        from sklearn.feature_extraction.text import TfidfVectorizer

        folded = [fold(text) for text in texts]
        word = TfidfVectorizer(**_WORD_OPTIONS, **_COMMON_OPTIONS, min_df=2, max_features=maximum[0]).fit(folded)
        character = TfidfVectorizer(**_CHAR_OPTIONS, **_COMMON_OPTIONS, min_df=3, max_features=maximum[1]).fit(folded)
        codes = np.array(languages)
        centres = {code: vectors[codes == code].mean(axis=0) for code in sorted(set(languages))}
        centres[""] = np.mean(list(centres.values()), axis=0)
        return cls(word, character, centres)

    def sparse(self, texts: Sequence[str]) -> sparse.csr_matrix:
        """``[n, words + characters]`` float32 TF-IDF, each half of length 1."""
        folded = [fold(text) for text in texts]
        halves = [self.word.transform(folded), self.character.transform(folded)]
        return sparse.csr_matrix(sparse.hstack(halves, format="csr", dtype=np.float32))

    def dense(self, vectors: Matrix, languages: Sequence[str | None]) -> Matrix:
        """``[n, 384]`` centred sentence vectors of length 1."""
        centres = np.array([self.centres.get(code or "", self.centres[""]) for code in languages], np.float32)
        centred = vectors - centres
        lengths = np.linalg.norm(centred, axis=1, keepdims=True)
        return np.asarray(centred / np.maximum(lengths, 1e-12), np.float32)

    def state(self) -> dict[str, Any]:
        """Plain arrays and strings, to be saved (n-grams hold no line feeds, so those part them)."""
        return {
            "word": _tfidf_state(self.word),
            "character": _tfidf_state(self.character),
            "centres": {code: np.asarray(centre, np.float32) for code, centre in self.centres.items()},
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> TextFeatures:
        """The inverse of :meth:`state`; rebuilt from arrays so that the scikit-learn version does not matter."""
        return cls(
            _tfidf_from_state(state["word"], _WORD_OPTIONS),
            _tfidf_from_state(state["character"], _CHAR_OPTIONS),
            dict(state["centres"]),
        )


def rule_columns(hits: Sequence[RuleHits], labels: Sequence[str]) -> Matrix:
    """``[n, k]`` float32, 1 where a rule found the label."""
    columns = np.zeros((len(hits), len(labels)), np.float32)
    for row, found in enumerate(hits):
        for label in found:
            if label in labels:
                columns[row, labels.index(label)] = 1.0
    return columns


def _tfidf_state(vectorizer: TfidfVectorizer) -> dict[str, Any]:
    return {
        "terms": "\n".join(vectorizer.get_feature_names_out()),
        "idf": np.asarray(vectorizer.idf_, np.float32),
    }


def _tfidf_from_state(state: Mapping[str, Any], options: Mapping[str, Any]) -> TfidfVectorizer:
    from sklearn.feature_extraction.text import TfidfVectorizer

    vocabulary = {term: column for column, term in enumerate(state["terms"].split("\n"))}
    vectorizer = TfidfVectorizer(**options, **_COMMON_OPTIONS, vocabulary=vocabulary)
    vectorizer.idf_ = np.asarray(state["idf"], np.float32)
    return vectorizer
