"""Exports of survey tools: a row for each respondent, a column for each question."""

from __future__ import annotations

from pathlib import Path

import pytest

from callsignals.inputs.questionnaires import answers_apart, find_questions
from callsignals.inputs.tables import COLUMNS, parse_table
from callsignals.inputs.workspace import open_workspace

SWEDISH = (
    "Svars-ID;Kund;Svarsdatum;Hur hittade du till oss?;"
    "Hur troligt är det att du skulle rekommendera oss till en kollega?;"
    "Vad är den främsta anledningen till ditt betyg?;Övriga kommentarer\n"
)


@pytest.mark.parametrize(
    ("referral", "nps", "why"),
    [
        (
            "How did you hear about us?",
            "How likely are you to recommend us?",
            "What is the main reason for your score?",
        ),
        ("Var hörde du talas om oss?", "Hur sannolikt är det att du rekommenderar oss?", "Varför gav du det betyget?"),
        ("Mistä kuulit meistä?", "Kuinka todennäköisesti suosittelisit meitä?", "Mikä on tärkein syy arvosanaasi?"),
    ],
)
def test_questions_are_known_in_three_languages(referral: str, nps: str, why: str) -> None:
    found = find_questions(("comment_id", referral, "Team", nps, why))
    assert found is not None
    assert (found.referral, found.nps, found.survey) == (referral, nps, (why,))


def test_a_one_word_question_is_that_word_and_not_a_part_of_another() -> None:
    found = find_questions(("NPS", "NPS-enkätens datum", "Motivera", "Motiverande samtal"))
    assert found is not None
    assert (found.nps, found.survey) == ("NPS", ("Motivera",))


@pytest.mark.parametrize("columns", [("comment_id", "text", "score"), ("kind", "text", "Hur hittade du oss?")])
def test_a_table_of_comments_is_left_as_it_is(columns: tuple[str, ...]) -> None:
    table = parse_table((",".join(columns) + "\n1,2,3\n").encode(), Path("comments.csv"))
    assert answers_apart(table) is table


def test_each_answer_becomes_a_comment_and_a_blank_one_none(tmp_path: Path) -> None:
    rows = (
        "R1;Åkeri;2026-03-20;En kollega tipsade;9;Snabba svar;Tack\n"
        "R2;Åkeri;2026-03-21;;;Dyrt;\n"
        "R3;Bageri;2026-03-22;;;;\n"
        "R4;Bageri;2026-03-23;Google;3;;\n"
    )
    (tmp_path / "comments.csv").write_text(SWEDISH + rows, encoding="utf-8")
    workspace = open_workspace(tmp_path)
    assert not workspace.failures
    assert [(one.comment_id, one.kind, one.text, one.score, one.scale, one.row) for one in workspace.comments] == [
        ("R1/referral", "referral", "En kollega tipsade", None, None, 1),
        ("R1/survey", "survey", "Snabba svar\nTack", 9.0, "nps", 1),
        ("R2/survey", "survey", "Dyrt", None, None, 2),
        ("R4/referral", "referral", "Google", None, None, 4),
        ("R4/survey", "survey", "", 3.0, "nps", 4),
    ]
    assert all(one.created_at is not None and not one.extra for one in workspace.comments)
    (notice,) = [text for text in workspace.notices if "respondent" in text]
    assert "'Hur hittade du till oss?' as the referral comment" in notice


def test_without_ids_the_row_number_stands_for_the_respondent() -> None:
    content = "Asiakas,Mistä kuulit meistä?,Team\na,Googlesta,x\nb,,y\nc,Kaverilta,z\n".encode()
    table = answers_apart(parse_table(content, Path("comments.csv"), known=COLUMNS["comments"]))
    assert [row.cells["comment_id"] for row in table.rows] == ["1/referral", "3/referral"]
    assert [row.cells["Team"] for row in table.rows] == ["x", "z"]


def test_a_score_and_a_text_of_the_tables_own_stay_and_win() -> None:
    content = (
        b"comment_id,text,score,scale,How likely are you to recommend us?,Other comments\n1,Good,4,csat5,9,Thanks\n"
    )
    (row,) = answers_apart(parse_table(content, Path("comments.csv"), known=COLUMNS["comments"])).rows
    assert (row.cells["text"], row.cells["score"], row.cells["scale"]) == ("Good\nThanks", "4", "csat5")
    assert row.cells["How likely are you to recommend us?"] == "9"
