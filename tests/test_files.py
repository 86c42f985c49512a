from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsignals.errors import OutputError
from callsignals.files import (
    canonical_json,
    digest_of,
    file_digest,
    file_name_for,
    file_names_for,
    replacing,
    write_text,
)


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "table.csv"
    write_text(path, "old")

    def fail() -> None:
        with replacing(path) as part:
            part.write_text("new but", encoding="utf-8")
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        fail()
    assert path.read_text(encoding="utf-8") == "old"
    assert [found.name for found in tmp_path.iterdir()] == ["table.csv"]


def test_folders_are_made_and_text_is_utf8_with_plain_line_ends(tmp_path):
    write_text(tmp_path / "a" / "b.txt", "å\n")
    assert (tmp_path / "a" / "b.txt").read_bytes() == b"\xc3\xa5\n"


def test_a_path_that_cannot_be_written_is_one_clear_error(tmp_path):
    blocker = tmp_path / "file"
    blocker.write_text("x", encoding="utf-8")
    with pytest.raises(OutputError, match="cannot be written") as caught:
        write_text(blocker / "below.txt", "x")
    assert "--out" in caught.value.remedy


def test_digests_do_not_depend_on_key_order_and_refuse_nan():
    assert digest_of({"a": 1, "b": 2}) == digest_of({"b": 2, "a": 1})
    assert canonical_json({"b": "å", "a": 1.5}) == '{"a":1.5,"b":"å"}'
    with pytest.raises(ValueError, match="JSON"):
        canonical_json(float("nan"))


def test_file_digest_is_sha256(tmp_path):
    (tmp_path / "x").write_bytes(b"abc")
    assert file_digest(tmp_path / "x") == hashlib.sha256(b"abc").hexdigest()


@given(
    st.text(min_size=1).filter(lambda text: text.isprintable()),
    st.text(min_size=1).filter(lambda text: text.isprintable()),
)
def test_ids_become_safe_and_distinct_names(one, other):
    name = file_name_for(one)
    assert len(name.encode()) <= 200
    assert not set(name) & set('/\\:*?"<>|')
    if one != other:
        assert name != file_name_for(other)


def test_names_of_long_ids_stay_distinct():
    one, other = "å" * 300 + "1", "å" * 300 + "2"
    assert file_name_for(one) != file_name_for(other)


@given(st.lists(st.text("aAbBåÅ/.", min_size=1, max_size=4), unique=True))
def test_of_several_ids_no_two_names_differ_in_letter_case_alone(ids):
    names = file_names_for(ids)
    assert list(names) == ids
    assert len({name.casefold() for name in names.values()}) == len(ids)
    assert names == {one: file_names_for(reversed(ids))[one] for one in ids}


def test_an_id_like_no_other_keeps_its_plain_name():
    names = file_names_for(["call/1", "Call/1", "call/2"])
    assert names["call/2"] == "call%2F2"
    assert names["call/1"].startswith("call%2F1-")
    assert names["Call/1"].startswith("Call%2F1-")
