from __future__ import annotations

import shutil

import pytest

from callsignals.comments import CommentClassifier, CommentText, train_own
from callsignals.comments.heads import FAMILIES
from callsignals.comments.labelled import CHOICES, LabelledComment, shipped_held_out
from callsignals.comments.own_heads import own_heads
from callsignals.comments.refit import _split
from callsignals.errors import InputError, ModelError, OutputError
from callsignals.weights.shipped import shipped_dir, shipped_model

# In this house "the gazebo" is the stand at the trade fair, and "Bertil" a reseller: nothing in our texts says so.
WHO = ("I", "We", "My boss", "Our buyer", "A few of us", "The whole team")
WHERE = ("met you at the gazebo", "saw you by the gazebo in May", "came past the gazebo", "was at the gazebo")
THROUGH = ("got it through Bertil", "bought the first one from Bertil", "had Bertil set it up", "asked Bertil first")


@pytest.fixture(scope="module")
def labelled() -> list[LabelledComment]:
    texts = [(f"{who} {where}", "event") for who in WHO for where in WHERE]
    texts += [(f"{who} {where}", "partner") for who in WHO for where in THROUGH]
    return [
        LabelledComment.of(CommentText(text, "referral", language_hint="en"), text, {"label": (label,)})
        for text, label in texts
    ]


@pytest.fixture(scope="module")
def trained(labelled, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(train_own, "OURS_OF_A_KIND", 20)
        out = tmp_path_factory.mktemp("own") / "comment-models"
        before = {path.name: path.read_bytes() for path in shipped_model("comments").glob("*.skops")}
        reports = train_own.train_own_heads(labelled, out)
        assert {path.name: path.read_bytes() for path in shipped_model("comments").glob("*.skops")} == before
    return out, reports


def test_the_report_is_of_labels_kept_aside_and_shows_the_gain(trained):
    report = next(r for r in trained[1]["referral"] if r.head == "referral_source")
    assert (report.head, report.labels, report.why_unchanged) == ("referral_source", 48, None)
    assert report.before.n == report.after.n == 16
    assert report.after.accuracy >= 0.9 > report.before.accuracy
    assert report.ours_before.n == report.ours_after.n > 0
    assert report.ours_after.right >= report.ours_before.right - 2
    assert set(trained[1]) == {"referral"}


def test_the_users_heads_know_the_house_words_and_say_who_they_are(trained, classifier):
    own = CommentClassifier.load(models=trained[0])
    house = [CommentText("Two colleagues were at the gazebo", "referral", language_hint="en")]
    assert classifier.classify(house)[0].label != "event"
    assert own.classify(house)[0].label == "event"
    assert (own.model, own.digest) != (classifier.model, classifier.digest)
    survey = CommentText("Support is slow but the price is fair", "survey")
    exact = CommentClassifier.load(tier="exact")  # as own heads are
    theirs, ours = own.classify([survey])[0], exact.classify([survey])[0]
    assert [(s.label, s.labels, s.confidence) for s in theirs.signals] == [
        (s.label, s.labels, s.confidence) for s in ours.signals
    ]


def test_the_same_labels_give_the_same_heads(trained, labelled, tmp_path, monkeypatch):
    monkeypatch.setattr(train_own, "OURS_OF_A_KIND", 20)
    assert train_own.train_own_heads(labelled, tmp_path / "again") == trained[1]


def test_an_altered_head_is_refused_with_a_remedy(trained, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(trained[0], copy)
    (copy / "reply.skops").write_bytes(b"other")
    with pytest.raises(ModelError, match="models train"):
        own_heads(copy)


def test_too_few_labels_are_refused_and_nothing_is_written(labelled, tmp_path):
    with pytest.raises(InputError, match="too few: 19 referral") as refused:
        train_own.train_own_heads(labelled[:19], tmp_path / "own")
    assert "--review" in refused.value.remedy
    assert not (tmp_path / "own").exists()


def test_a_folder_with_anything_else_in_it_is_never_replaced(labelled, tmp_path):
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    for folder in (tmp_path, shipped_dir() / "models" / "comments"):
        with pytest.raises(OutputError, match="holds no heads of yours"):
            train_own.train_own_heads(labelled, folder)
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_a_split_keeps_groups_together_and_is_seeded():
    groups = [f"g{i // 3}" for i in range(60)]
    aside, rest = _split(groups, 3, 1)
    assert sorted([*aside, *rest]) == list(range(60))
    assert not {groups[row] for row in aside} & {groups[row] for row in rest}
    assert 18 <= len(aside) <= 24
    assert _split(groups, 3, 1) == (aside, rest)
    assert _split(groups, 3, 2)[0] != aside


def test_our_held_out_texts_have_labels_that_the_heads_know():
    folder = shipped_model("comments")
    for kind in FAMILIES:
        sample = shipped_held_out(folder, kind, 30, seed=1)
        assert len(sample) == 30
        assert sample == shipped_held_out(folder, kind, 30, seed=1)
        for comment in sample:
            for name, labels in comment.labels.items():
                column = {"comment_polarity": "polarity", "comment_reasons": "reasons"}.get(name, "label")
                assert set(labels) <= set(CHOICES[kind][column])
