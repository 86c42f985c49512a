"""The picture of a call and its marks."""

from __future__ import annotations

import pytest

from callsignals.report.lanes import drawing_of, marks_of
from callsignals.report.script import paragraphs


def activity(party, start_s, end_s, speaker=""):
    return {"party": party, "speaker": speaker, "start_s": start_s, "end_s": end_s}


def word(text, start_s, party="seller", speaker="ch0", length_s=0.4):
    end_s = None if start_s is None else start_s + length_s
    return {"text": text, "start_s": start_s, "end_s": end_s, "party": party, "speaker": speaker}


def row(signal, *spans):
    return {"signal": signal, "evidence": [{"start_s": start, "end_s": end} for start, end in spans]}


def test_lanes_put_the_seller_above_the_customer_and_scale_to_the_call():
    timeline = [activity("customer", 50, 100), activity("seller", 0, 25), activity("other", 30, 40)]
    drawing = drawing_of(timeline, 100.0)
    assert [lane.party for lane in drawing.lanes] == ["seller", "customer", "other"]
    assert (drawing.lanes[0].boxes[0].x, drawing.lanes[0].boxes[0].width) == (0.0, 250.0)
    assert (drawing.lanes[1].boxes[0].x, drawing.lanes[1].seconds) == (500.0, 50.0)


def test_overlaps_and_silences_lie_between_the_lanes():
    timeline = [
        activity("seller", 0, 30),
        activity("customer", 25, 60),
        activity("seller", 63, 80),
        activity("customer", 81, 100),
    ]
    drawing = drawing_of(timeline, 100.0)
    assert [(box.x, box.width) for box in drawing.overlaps] == [(250.0, 50.0)]
    assert [(box.x, box.width) for box in drawing.silences] == [(600.0, 30.0)]  # 3 s; the pause of 1 s is not drawn
    assert (drawing.overlap_s, drawing.silence_s) == (5.0, 3.0)


def test_other_sound_is_no_silence():
    drawing = drawing_of([activity("seller", 0, 10), activity("other", 10, 20), activity("customer", 20, 30)], 30.0)
    assert drawing.silences == ()


def test_voices_without_a_role_have_a_lane_each():
    drawing = drawing_of([activity("unknown", 0, 1, "ch0"), activity("unknown", 1, 2, "ch1")], 10.0)
    assert [(lane.party, lane.voice) for lane in drawing.lanes] == [("unknown", "ch0"), ("unknown", "ch1")]


def test_without_times_there_is_no_drawing():
    assert drawing_of([], 10.0) is None
    assert drawing_of([activity("seller", 0, 1)], 0.0) is None


def test_a_term_belongs_to_who_says_it_and_shows_its_words():
    words = [
        word("Manual", 1.0),
        word("mm", 1.1, "customer", "ch1", 0.2),
        word("work,", 1.4),
        word("yes", 3.0, "customer", "ch1"),
    ]
    marks = marks_of([row("need_term_share", (1.0, 1.8)), row("need_talk_share", (3.0, 3.4))], words, 10.0)
    assert [(mark.kind, mark.party, mark.text, mark.x) for mark in marks] == [("need", "seller", "Manual work", 100.0)]


def test_talk_share_evidence_stands_in_where_mentions_are_too_few_for_the_term_share():
    marks = marks_of([row("product_term_share"), row("product_talk_share", (2.0, 2.4))], [word("price", 2.0)], 10.0)
    assert [(mark.kind, mark.start_s) for mark in marks] == [("product", 2.0)]


def test_questions_and_interruptions_are_whose_signal_they_are_of():
    signals = [row("customer_questions_per_hour", (5.0, 6.0)), row("seller_interruptions_per_hour", (4.0, 5.0))]
    marks = marks_of(signals, [word("Why?", 5.0, "customer", "ch1"), word("well", 5.2)], 10.0)
    assert [(mark.kind, mark.party, mark.text) for mark in marks] == [
        ("interruption", "seller", ""),
        ("question", "customer", "Why?"),
    ]


def test_words_of_one_voice_are_one_paragraph_until_a_long_pause():
    words = [word("One.", 1.0), word("Two.", 1.5), word("Three.", 6.0), word("Four.", 7.0, "customer", "ch1")]
    found = paragraphs(words, "en", [])
    assert [" ".join(piece.text for piece in one.pieces) for one in found] == ["One. Two.", "Three.", "Four."]
    assert [one.times for one in found] == ["1.00 1.50", "6.00", "7.00"]


def test_terms_and_questions_are_marked_word_by_word():
    words = [
        word("Is", 1.0),
        word("manual", 1.5),
        word("work", 2.0),
        word("slow?", 2.5),
        word("Yes", 1.6, "customer", "ch1", 0.3),
    ]
    marks = marks_of([row("need_term_share", (1.5, 2.4)), row("seller_questions_per_hour", (1.0, 2.9))], words, 10.0)
    found = paragraphs(sorted(words, key=lambda one: one["start_s"]), "en", marks)
    seller = next(one for one in found if one.party == "seller")
    assert [(piece.text, piece.kind, piece.asks) for piece in seller.pieces] == [
        ("Is", "", True),
        ("manual work", "need", True),
        ("slow?", "", True),
    ]
    customer = next(one for one in found if one.party == "customer")
    assert [(piece.kind, piece.asks) for piece in customer.pieces] == [("", False)]


@pytest.mark.parametrize("starts", [(None, None), (1.0, None)])
def test_a_paragraph_without_all_times_has_none(starts):
    found = paragraphs([word("a", starts[0]), word("b", starts[1])], "en", [])
    assert all(one.times == "" for one in found if len(one.pieces[0].text) > 1)
