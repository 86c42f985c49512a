from __future__ import annotations

import random

from callsignals.comments.comment import ClassifiedComment
from callsignals.comments.review import ReviewItem, ReviewSample
from callsignals.vocabulary.signal import Signal


def item(comment_id: str, label: str | None, confidence: float, language: str = "en", text: str = "") -> ReviewItem:
    if label is None:
        intent = Signal.abstained("reply_intent", "uncertain", confidence=confidence, model="m")
    else:
        intent = Signal("reply_intent", label=label, labels=(label,), confidence=confidence, model="m")
    result = ClassifiedComment("reply", language, label, confidence, intent.status, intent.reason, (intent,))
    return ReviewItem(comment_id, text or f"text {comment_id}", "", "", result)


def ids(sample: ReviewSample) -> list[str]:
    return [chosen.comment_id for chosen in sample.chosen()]


def test_every_answer_and_language_gives_its_least_certain_in_turn():
    sample = ReviewSample(4)
    sample.add([item(f"a{i}", "question", 0.5 + i / 100) for i in range(9)])
    sample.add([item("b", "thanks", 0.9), item("c", "question", 0.8, "sv"), item("d", None, 0.7)])
    assert set(ids(sample)) == {"a0", "b", "c", "d"}


def test_within_one_answer_the_least_certain_come_first():
    sample = ReviewSample(3)
    sample.add([item("x", "thanks", 0.9), item("y", "thanks", 0.4), item("z", "thanks", 0.6), item("w", "thanks", 0.8)])
    assert ids(sample) == ["y", "z", "w"]


def test_what_is_certain_or_blocked_or_said_already_is_not_asked():
    sample = ReviewSample(9)
    sample.add(
        [
            item("sure", "thanks", 0.97),
            item("one", "thanks", 0.5, text="Tack!"),
            item("two", "thanks", 0.6, text=" tack! "),
        ]
    )
    blocked = Signal.abstained("reply_intent", "empty")
    result = ClassifiedComment("reply", None, None, None, "abstained", "empty", (blocked,))
    sample.add([ReviewItem("empty", "", "", "", result)])
    assert ids(sample) == ["one"]


def test_order_and_parts_do_not_matter():
    items = [item(f"i{i}", ("thanks", "question", None)[i % 3], 0.3 + (i * 7 % 60) / 100) for i in range(60)]
    whole, parts = ReviewSample(10), ReviewSample(10)
    whole.add(items)
    random.Random(1).shuffle(items)
    for start in range(0, 60, 7):
        parts.add(items[start : start + 7])
    assert ids(parts) == ids(whole)
