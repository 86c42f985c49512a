"""What is asked when the seller of a call is not known, and that the answer given there settles it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from callsignals.batch.listener import Silent
from callsignals.batch.measure_pass import CallOutline, HeardCall, measure_calls, planned
from callsignals.batch.measure_stage import product_mentions, settle_call, settle_key
from callsignals.batch.recurring import RecurringVoice
from callsignals.batch.redacting import Redactor
from callsignals.batch.relate_stage import roles_failures
from callsignals.batch.store import Store
from callsignals.batch.transcripts import TranscriptFolder
from callsignals.conversation.role_cues import RoleHints
from callsignals.inputs.rows import CallRow
from callsignals.language.term_list import load_terms, starter_terms
from callsignals.vocabulary.spoken import Activity, Transcript, Word

HELP_DESK = (
    ("spk0", "Thank you for calling Northwind, my name is Grace, how may I help you?"),
    ("spk1", "My router keeps dropping and I can't work from home."),
    ("spk0", "I'm sorry to hear that. Can I have your account number please?"),
    ("spk1", "It's four four one nine."),
    ("spk0", "Let me check that for you. Is there anything else I can help you with?"),
)
SMALL_TALK = (
    ("spk0", "Yes well the weather is fine today and so it was in the week before."),
    ("spk1", "So it is and so it was and I hear that it will stay like this."),
)


def mono(turns: tuple[tuple[str, str], ...]) -> Transcript:
    """A mono call, a second for each word."""
    words: list[Word] = []
    timeline = []
    for speaker, text in turns:
        start_s = float(len(words))
        words += [Word(word, start_s + at, start_s + at + 0.9, speaker=speaker) for at, word in enumerate(text.split())]
        timeline.append(Activity(start_s, float(len(words)), speaker=speaker))
    return Transcript(
        words=tuple(words),
        timeline=tuple(timeline),
        language="en",
        language_confidence=None,
        channel_mode="mono_diarized",
        timing="activity",
        duration_s=float(len(words)),
        findings=("overlap_aware",),
        input_digest="a",
    )


def outline_of(
    out: Path, heard: Transcript, row: CallRow, recurring: RecurringVoice | None = None
) -> tuple[CallOutline, Store]:
    store = Store(out)
    store.put("hear", "k1", heard)
    plan = planned([HeardCall(row, "k1", RoleHints(), recurring)], starter_terms())
    with TranscriptFolder.opened(out) as folder:
        (outline,) = measure_calls(plan, starter_terms(), store, folder, Redactor("off", (), {}), Silent())
    return outline, store


def test_voice_against_text_is_asked_about_and_each_answer_settles_it(tmp_path: Path) -> None:
    row = CallRow("c1", "l1", row=2, audio=tmp_path / "a.wav")
    against = RecurringVoice("spk1", 0.97)
    outline, _ = outline_of(tmp_path, mono(HELP_DESK), row, against)
    assert outline.lacks_roles
    (question,) = roles_failures([outline], ())
    assert (question.input, question.row, question.stage, question.error) == ("c1", 2, "settle", "roles_unknown")
    assert question.message.startswith("the voice that returns in the seller's calls is one's, but what is said")
    offered = [float(found) for found in re.findall(r"\d+\.\d+|(?<= )\d+(?= or|:)", question.remedy)]
    assert len(offered) == 2
    sellers = set()
    for moment_s in offered:
        told = settle_call(mono(HELP_DESK), replace(row, seller_speaks_at_s=moment_s), RoleHints(), against)
        assert told.role_source == "manifest"
        sellers |= {word.speaker for word in told.words if word.party == "seller"}
    assert sellers == {"spk0", "spk1"}


def test_voice_and_text_that_agree_are_not_asked_about(tmp_path: Path) -> None:
    outline, _ = outline_of(tmp_path, mono(HELP_DESK), CallRow("c1", "l1"), RecurringVoice("spk0", 0.97))
    assert not outline.lacks_roles
    assert roles_failures([outline], ()) == []


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (CallRow("c1", "l1"), "it is not known which side is the seller"),
        (CallRow("c1", "l1", seller_speaks_at_s=900.0), "nobody, or more than one, speaks at the seller_speaks_at_s"),
    ],
)
def test_the_question_says_what_stood_in_the_way(tmp_path: Path, row: CallRow, said: str) -> None:
    outline, _ = outline_of(tmp_path, mono(SMALL_TALK), row)
    (question,) = roles_failures([outline], ())
    assert question.message.startswith(said)
    # 15 words, then 16: the middles of 0 to 15 s and of 15 to 31 s.
    assert "seller_speaks_at_s of 7.5 or 23:" in question.remedy
    assert roles_failures([outline], {"c1"}) == []


def test_the_workspaces_product_terms_tell_the_seller(tmp_path: Path) -> None:
    terms_file = tmp_path / "terms.toml"
    terms_file.write_text('version = "1"\n[product.en]\nphrases = ["weather", "week"]\n', encoding="utf-8")
    terms = load_terms(terms_file)
    said = (("spk0", "the weather in the week was grey "), ("spk1", "the sky over the park was grey "))
    heard = mono(tuple((who, text * 20) for who, text in said))
    assert product_mentions(heard, terms) == {"spk0": 40}
    assert product_mentions(replace(heard, language="de"), terms) == {}
    row = CallRow("c1", "l1")
    without = settle_call(heard, row, RoleHints())
    told = settle_call(heard, row, RoleHints(), terms=terms)
    assert not without.roles_known
    assert told.role_source == "text"
    assert {word.speaker for word in told.words if word.party == "seller"} == {"spk0"}
    keys = {settle_key("heard", row, RoleHints(), terms=listed) for listed in (None, terms, starter_terms())}
    assert len(keys) == 3
