from __future__ import annotations

import pytest

from callsignals.comments import CommentClassifier
from callsignals.comments.rules import RuleSet, load_rules
from callsignals.comments.vectors import SentenceEncoder
from callsignals.weights.shipped import shipped_model


@pytest.fixture(scope="session")
def classifier() -> CommentClassifier:
    return CommentClassifier.load()


@pytest.fixture(scope="session")
def encoder() -> SentenceEncoder:
    return SentenceEncoder(shipped_model("e5"))


@pytest.fixture(scope="session")
def rules() -> RuleSet:
    return load_rules()
