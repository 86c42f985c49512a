"""A workspace opened: good rows go on, bad ones are named one by one."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from callsignals.errors import Failure, InputError, SettingsError, UsageError
from callsignals.inputs.rows import CallRow
from callsignals.inputs.workspace import Workspace, open_workspace

Make = Callable[..., Path]


def _failure(workspace: Workspace) -> Failure:
    assert len(workspace.failures) == 1
    failure = workspace.failures[0]
    assert failure.stage == "inputs"
    assert failure.remedy
    return failure


def test_a_full_call_row_arrives_typed(make: Make) -> None:
    root = make(
        {
            "callsignals.toml": '[workspace]\ntimezone = "Europe/Stockholm"\n',
            "audio/c1.wav": b"",
            "t/c1.vtt": "",
            "calls.csv": "Call ID;lead_id;audio;transcript;started_at;seller;language;seller_channel;"
            "seller_speaks_at_s;stage;outcome;closed_at;lawful_basis;notice_given;retain_until;Country\n"
            'c1;acme;audio/c1.wav;t\\c1.vtt;2026-03-01 10:00;" anna ; Bo  B ";sv-SE;left;1,5;demo;Won;'
            "2026-04-01;consent;ja;2027-01-31;SE\n",
        }
    )
    workspace = open_workspace(root)
    assert workspace.failures == ()
    assert workspace.notices == ()
    assert workspace.scanned is False
    assert workspace.out == root.resolve() / "out"
    assert workspace.calls == (
        CallRow(
            call_id="c1",
            lead_id="acme",
            audio=(root / "audio/c1.wav").resolve(),
            transcript=(root / "t/c1.vtt").resolve(),
            started_at=datetime(2026, 3, 1, 9, 0, tzinfo=UTC),
            sellers=("anna", "Bo B"),
            language="sv",
            seller_channel=0,
            seller_channel_source="manifest",
            seller_speaks_at_s=1.5,
            stage="demo",
            outcome="won",
            closed_at=datetime(2026, 3, 31, 22, 0, tzinfo=UTC),
            lawful_basis="consent",
            notice_given=True,
            retain_until=date(2027, 1, 31),
            extra=(("Country", "SE"),),
            table="calls.csv",
            row=1,
        ),
    )


@pytest.mark.parametrize(
    ("row", "code", "named"),
    [
        (",l,a.wav,,,", "missing_call_id", "'call_id'"),
        ("c,,a.wav,,,", "missing_lead_id", "'lead_id'"),
        ("c,l,,,,", "no_audio_or_transcript", "audio"),
        ("c,l,b.wav,,,", "missing_file", "'b.wav'"),
        ("c,l,sub,,,", "not_a_file", "'sub'"),
        ("c,l,../secret.wav,,,", "path_outside", "'../secret.wav'"),
        ("c,l,sub/../../secret.wav,,,", "path_outside", "secret.wav"),
        ("c,l,/etc/hostname,,,", "path_outside", "'/etc/hostname'"),
        ("c,l,C:\\calls\\a.wav,,,", "path_outside", "C:"),
        ("c,l,\\\\server\\share\\a.wav,,,", "path_outside", "server"),
        ("c,l,https://example.com/a.wav,,,", "path_outside", "address"),
        ("c,l,file:a.wav,,,", "path_outside", "address"),
        ("c,l,a.wav,2026-02-30,,", "unreadable_date", "'2026-02-30'"),
        ("c,l,a.wav,,soon,", "unreadable_number", "'soon'"),
        ("c,l,a.wav,,-1,", "out_of_range", "'seller_speaks_at_s'"),
        ("c,l,a.wav,,,de", "unknown_language", "'de'"),
    ],
)
def test_each_bad_row_is_named_with_its_file_row_column_and_value(make: Make, row: str, code: str, named: str) -> None:
    root = make(
        {
            "a.wav": b"",
            "sub/x.txt": "",
            "../secret.wav": b"",
            "calls.csv": "call_id,lead_id,audio,started_at,seller_speaks_at_s,language\n"
            f"good,l,a.wav,,,\n{row}\nalso,l,a.wav,,,\n",
        }
    )
    workspace = open_workspace(root)
    failure = _failure(workspace)
    assert (failure.input, failure.row, failure.error) == ("calls.csv", 2, code)
    assert named in failure.message
    assert [call.call_id for call in workspace.calls] == ["good", "also"]


def test_of_rows_with_one_id_the_first_counts(make: Make) -> None:
    table = "call_id,lead_id,audio\nc,l,a.wav\nc,l,a.wav\nc,other,a.wav\nd,l,nope.wav\nd,l,a.wav\n"
    workspace = open_workspace(make({"a.wav": b"", "calls.csv": table}))
    assert [(call.call_id, call.row) for call in workspace.calls] == [("c", 1), ("d", 5)]
    assert [(failure.row, failure.error) for failure in workspace.failures] == [
        (2, "duplicate_id"),
        (3, "two_leads"),
        (4, "missing_file"),
    ]
    assert "row 1" in workspace.failures[0].message


@pytest.mark.skipif(os.name != "posix", reason="links need rights on Windows")
def test_links_are_followed_before_the_folder_is_checked(make: Make) -> None:
    root = make(
        {
            "../secret.wav": b"",
            "real/a.wav": b"",
            "calls.csv": "call_id,lead_id,audio\n1,l,out.wav\n2,l,in.wav\n3,l,loop\n",
        }
    )
    (root / "out.wav").symlink_to(root.parent / "secret.wav")
    (root / "in.wav").symlink_to(root / "real" / "a.wav")
    (root / "loop").symlink_to(root / "loop")
    workspace = open_workspace(root)
    assert [call.audio for call in workspace.calls] == [(root / "real/a.wav").resolve()]
    assert next(failure.error for failure in workspace.failures) == "path_outside"
    assert [failure.row for failure in workspace.failures] == [1, 3]


def test_audio_roots_widen_what_calls_may_name(make: Make) -> None:
    root = make(
        {
            "../recordings/a.wav": b"",
            "../recordings/b.wav": b"",
            "callsignals.toml": '[calls]\naudio_roots = ["../recordings"]\nseller_channel = 1\n',
        }
    )
    absolute = (root.parent / "recordings" / "a.wav").resolve()
    make(
        {
            "calls.csv": "call_id,lead_id,audio,seller_channel\n1,l,a.wav,\n2,l,../recordings/b.wav,0\n"
            f'3,l,../workspace-other.wav,\n4,l,"{absolute}",\n'
        }
    )
    workspace = open_workspace(root)
    assert [call.audio and call.audio.name for call in workspace.calls] == ["a.wav", "b.wav", "a.wav"]
    assert [(call.seller_channel, call.seller_channel_source) for call in workspace.calls] == [
        (1, "config"),
        (0, "manifest"),
        (1, "config"),
    ]
    assert _failure(workspace).error == "path_outside"


def test_settings_that_name_what_is_not_there_are_settings_errors(make: Make) -> None:
    root = make({"a.wav": b"", "callsignals.toml": '[calls]\naudio_roots = ["nowhere"]\n'})
    with pytest.raises(SettingsError, match="nowhere"):
        open_workspace(root)
    make({"callsignals.toml": '[terms]\nfile = "my_terms.toml"\n'})
    with pytest.raises(SettingsError, match=r"my_terms\.toml"):
        open_workspace(root)
    make({"my_terms.toml": ""})
    assert open_workspace(root).terms_path == (root / "my_terms.toml").resolve()


def test_without_calls_every_recording_is_a_call(make: Make) -> None:
    names = (
        "top.WAV acme/one.mp3 acme/one.flac acme/deep/two.opus bolt/räka.m4a notes.txt .hidden/x.wav "
        "acme/.y.wav out/z.wav earlier/run.json earlier/signals.jsonl earlier/w.wav"
    )
    root = make(dict.fromkeys(names.split(), b""))
    workspace = open_workspace(root)
    assert workspace.scanned is True
    assert [(call.call_id, call.lead_id, call.audio and call.audio.name) for call in workspace.calls] == [
        ("acme/deep/two", "deep", "two.opus"),
        ("acme/one", "acme", "one.flac"),
        ("acme/one.mp3", "acme", "one.mp3"),
        ("bolt/räka", "bolt", "räka.m4a"),
        ("top", "top", "top.WAV"),
    ]
    assert any("recordings found: 5" in notice for notice in workspace.notices)
    assert any("'acme/one.mp3'" in notice for notice in workspace.notices)


def test_out_is_not_scanned_wherever_it_is(make: Make) -> None:
    root = make({"a.wav": b"", "results/b.wav": b"", "out/c.wav": b""})
    workspace = open_workspace(root, out=root / "results")
    assert [call.call_id for call in workspace.calls] == ["a", "out/c"]
    with pytest.raises(UsageError):
        open_workspace(root, out=root)


def test_a_table_with_a_header_only_counts_as_absent(make: Make) -> None:
    workspace = open_workspace(make({"a.wav": b"", "calls.csv": "call_id,lead_id,audio\n"}))
    assert [call.call_id for call in workspace.calls] == ["a"]


COMMENTS = "comment_id,lead_id,kind,text,score,scale,created_at\n"


@pytest.mark.parametrize(
    ("row", "code", "named"),
    [
        ("k,l,rumour,x,,,", "unknown_value", "'rumour'"),
        ("k,l,,x,,,", "missing_kind", "'kind'"),
        ("k,l,survey,x,11,nps,", "score_out_of_range", "0 to 10"),
        ("k,l,survey,x,0,nps_1_10,", "score_out_of_range", "1 to 10"),
        ("k,l,survey,x,6,ces5,", "score_out_of_range", "1 to 5"),
        ("k,l,survey,x,9,,", "missing_scale", "'scale'"),
        ("k,l,survey,x,9,npss,", "unknown_value", "'npss'"),
        ("k,l,survey,x,nan,nps,", "unreadable_number", "'nan'"),
    ],
)
def test_bad_comments_are_named(make: Make, row: str, code: str, named: str) -> None:
    root = make({"comments.csv": f"{COMMENTS}ok,l,survey,fine,10,nps,2026-01-01\n{row}\n"})
    workspace = open_workspace(root)
    failure = _failure(workspace)
    assert (failure.input, failure.row, failure.error) == ("comments.csv", 2, code)
    assert named in failure.message
    assert [comment.comment_id for comment in workspace.comments] == ["ok"]


def test_an_empty_comment_without_a_score_is_kept_and_text_is_not_touched(make: Make) -> None:
    root = make({"comments.csv": COMMENTS + 'k1,l,Survey,,,,\nk2,l,referral,"  Hej\n då ",,,\n'})
    first, second = open_workspace(root).comments
    assert (first.kind, first.text, first.score, first.scale) == ("survey", "", None, None)
    assert second.text == "  Hej\n då "


def test_the_default_scale_serves_scores_without_one(make: Make) -> None:
    root = make(
        {
            "callsignals.toml": '[comments]\ndefault_scale = "csat5"\n',
            "comments.csv": "comment_id;lead_id;kind;score;scale\n"
            "k1;l;survey;4,5;\nk2;l;survey;7;ces7\nk3;l;survey;7;\n",
        }
    )
    workspace = open_workspace(root)
    assert [(comment.score, comment.scale) for comment in workspace.comments] == [
        (4.5, "csat5"),
        (7.0, "ces7"),
    ]
    assert _failure(workspace).error == "score_out_of_range"


def test_customer_text_is_in_no_failure_and_no_notice(make: Make) -> None:
    secret = "confidential-words"
    root = make(
        {
            "comments.csv": f"{COMMENTS}k1,l,rumour,{secret},,,\nk2,l,survey,{secret},99,nps,\n"
            f'k3,l,{secret}\nk4,l,survey,"{secret}\n'
        }
    )
    workspace = open_workspace(root)
    assert [failure.row for failure in workspace.failures] == [1, 2, 3, 4]
    assert workspace.comments == ()
    assert secret not in repr(workspace.failures) + repr(workspace.notices)


def test_a_missing_required_column_is_one_error_that_names_a_likely_one(make: Make) -> None:
    root = make({"comments.csv": "comment_id,lead,kind\nk1,l,survey\nk2,l,survey\n"})
    with pytest.raises(InputError) as caught:
        open_workspace(root)
    assert "'lead_id'" in caught.value.problem
    assert "'lead'" in caught.value.remedy


def test_times_without_an_offset_give_one_notice_unless_the_zone_is_set(make: Make) -> None:
    rows = COMMENTS + "k1,l,survey,x,,,2026-01-01\nk2,l,survey,x,,,2026-01-02 10:00\n"
    root = make({"comments.csv": rows})
    notices = open_workspace(root).notices
    assert len(notices) == 1
    assert "UTC" in notices[0]
    make({"callsignals.toml": '[workspace]\ntimezone = "Asia/Tokyo"\n'})
    workspace = open_workspace(root)
    assert workspace.notices == ()
    assert workspace.comments[0].created_at == datetime(2025, 12, 31, 15, 0, tzinfo=UTC)
    make({"comments.csv": COMMENTS + "k1,l,survey,x,,,2026-01-01T00:00Z\n", "callsignals.toml": ""})
    assert open_workspace(root).notices == ()


def test_what_cannot_be_a_workspace_says_what_to_do(make: Make, tmp_path: Path) -> None:
    root = make({"one.wav": b"", "comments.csv": COMMENTS, "notes.md": ""})
    for name, remedy in (
        ("one.wav", "callsignals transcribe"),
        ("comments.csv", "callsignals classify"),
        ("notes.md", "folder"),
    ):
        with pytest.raises(InputError) as caught:
            open_workspace(root / name)
        assert remedy in caught.value.remedy
    with pytest.raises(InputError, match="does not exist"):
        open_workspace(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError) as caught:
        open_workspace(tmp_path / "empty")
    assert caught.value.code == "nothing_to_do"


def test_a_workspace_whose_every_row_fails_still_opens(make: Make) -> None:
    workspace = open_workspace(make({"calls.csv": "call_id,lead_id,audio\nc,l,no.wav\nd,l,no.wav\n", "x.wav": b""}))
    assert workspace.calls == ()
    assert workspace.scanned is False
    assert [failure.row for failure in workspace.failures] == [1, 2]


def test_windows_1252_is_noticed(make: Make) -> None:
    workspace = open_workspace(make({"comments.csv": (COMMENTS + "k1,l,survey,blåbär,,,\n").encode("windows-1252")}))
    assert workspace.comments[0].text == "blåbär"
    assert any("Windows-1252" in notice for notice in workspace.notices)


def test_a_call_without_a_lead_is_a_lead_of_its_own_where_the_settings_say_so(make: Make) -> None:
    table = "call_id,lead_id,audio\nc1,,a.wav\nc2,acme,a.wav\n"
    files: dict[str, str | bytes] = {"a.wav": b"", "calls.csv": table}
    refused = open_workspace(make(files))
    assert "own_lead_when_blank" in _failure(refused).remedy
    files["callsignals.toml"] = "[calls]\nown_lead_when_blank = true\n"
    for content in (table, "call_id,audio\nc1,a.wav\n"):
        workspace = open_workspace(make({**files, "calls.csv": content}))
        assert not workspace.failures
        assert (workspace.calls[0].call_id, workspace.calls[0].lead_id) == ("c1", "c1")


def test_tables_that_are_named_otherwise_are_said_not_to_be_read(make: Make) -> None:
    files: dict[str, str | bytes] = {
        "a.wav": b"", "Samtal.xlsx": b"x", "Enkät.csv": "x", "~$Samtal.xlsx": b"x", "follow_up.csv": "x",
    }  # fmt: skip
    (notice,) = [text for text in open_workspace(make(files)).notices if text.startswith("Not read")]
    assert notice.startswith("Not read: 'Enkät.csv', 'Samtal.xlsx'. Tables are known by their names (calls, comments,")
    files |= {"calls.csv": "call_id,lead_id,audio\nc,l,a.wav\n", "comments.csv": "comment_id,lead_id,kind\n"}
    assert not [text for text in open_workspace(make(files)).notices if text.startswith("Not read")]
