from __future__ import annotations

import csv
import io

import pytest

from callsignals.batch.review_file import REVIEW_COLUMNS, read_labels, write_review
from callsignals.comments.comment import ClassifiedComment
from callsignals.comments.review import ReviewItem
from callsignals.errors import InputError
from callsignals.vocabulary.signal import Signal

FORMULA = "=SUM(A1) is all I got from support"


@pytest.fixture
def filled(tmp_path):
    """A review with one comment, whose cells are then filled in."""
    group = Signal.abstained("nps_group", "uncertain", confidence=0.4, model="m")
    tone = Signal("comment_polarity", label="negative", labels=("negative",), confidence=0.8, model="m")
    result = ClassifiedComment("survey", "en", None, 0.4, "abstained", "uncertain", (group, tone))
    path = tmp_path / "review.csv"
    write_review(path, [ReviewItem("=c1", FORMULA, "3", "csat5", result)])

    def fill(**cells: str):
        (row,) = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")))
        assert tuple(row) == REVIEW_COLUMNS
        assert (row["text"], row["comment_id"]) == (f"'{FORMULA}", "'=c1")
        assert (row["predicted"], row["confidence"], row["why"]) == ("comment_polarity=negative", "0.4", "uncertain")
        assert row["label"] == row["polarity"] == row["reasons"] == ""
        other = tmp_path / "filled.csv"
        with other.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, REVIEW_COLUMNS)
            writer.writeheader()
            writer.writerow({**row, **cells})
        return read_labels(other)

    return fill


def test_what_is_filled_in_comes_back_by_head_with_the_text_as_it_was(filled):
    (comment,), failures = filled(label="detractor", polarity="none", reasons="support:negative; Price")
    assert failures == []
    assert comment.item.text == FORMULA
    assert comment.labels == {
        "nps_group": ("detractor",),
        "comment_polarity": (),
        "comment_reasons": ("support", "price"),
    }


def test_blank_columns_are_not_learnt_from_and_blank_rows_are_left_out(filled):
    (comment,), _ = filled(polarity="mixed")
    assert comment.labels == {"comment_polarity": ("mixed",)}
    assert filled() == ([], [])


def test_several_sources_of_a_referral(filled):
    (comment,), _ = filled(kind="referral", label="podcast; word of mouth")
    assert comment.labels == {"referral_source": ("podcast",), "referral_sources": ("podcast", "word_of_mouth")}


def test_an_unknown_label_is_a_failure_with_its_row_and_the_nearest_one(filled):
    comments, (failure,) = filled(label="detracter")
    assert comments == []
    assert failure.row == 1
    assert "detracter" in failure.message
    assert "detractor" in failure.remedy


def test_a_table_without_label_columns_is_refused(tmp_path):
    (tmp_path / "t.csv").write_text("text\nhello\n", encoding="utf-8")
    with pytest.raises(InputError, match="--review"):
        read_labels(tmp_path / "t.csv")
