from __future__ import annotations

import pytest

from callsignals.comments.emptyish import emptyish_reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("-", "too_short"),
        ("...", "too_short"),
        ("?", "too_short"),
        ("a", "too_short"),
        ("n/a", "too_short"),
        ("N/A.", "too_short"),
        ("yes", "too_short"),
        ("No comment", "too_short"),
        ("I don't know", "too_short"),
        ("vet ej", "too_short"),
        ("Vet inte!", "too_short"),
        ("ingen kommentar", "too_short"),
        ("en tiedä", "too_short"),
        ("EN TIEDA", "too_short"),
        ("ei kommentoitavaa", "too_short"),
        ("👍", "emoji_only"),
        ("👍🏽 ❤️", "emoji_only"),
        (":-)", "emoji_only"),
        ("<3", "emoji_only"),
        ("10", "number_only"),
        ("9/10", "number_only"),
        ("100 %", "number_only"),
        ("٣", "number_only"),
    ],
)
def test_answers_that_say_nothing(text: str, reason: str) -> None:
    assert emptyish_reason(text) == reason


@pytest.mark.parametrize(
    "text",
    ["Bra", "Good 👍", "yes, great support", "vet inte vad jag skulle göra utan er", "10 av 10", "en tiedä parempaa"],
)
def test_answers_that_may_say_something(text: str) -> None:
    assert emptyish_reason(text) is None
