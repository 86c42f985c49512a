"""Captions and plain text made elsewhere: who said what when, and who is who."""

from __future__ import annotations

import contextlib
import io
import json
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import webvtt
from hypothesis import given
from hypothesis import strategies as st

from callsignals.errors import InputError
from callsignals.inputs.rows import SellerRow
from callsignals.inputs.transcripts import read_transcript
from callsignals.inputs.transcripts.own import transcript_to_json, transcript_to_vtt
from callsignals.vocabulary.spoken import Activity, Transcript
from support import turns

Write = Callable[[str, str | bytes], Path]


def _parties(transcript: Transcript) -> dict[str, str]:
    return {word.speaker: word.party for word in transcript.words}


def test_voice_tags_give_speakers_and_words_are_spread_by_length(write: Write) -> None:
    text = "WEBVTT\n\n00:10.000 --> 00:12.000\n<v Anna>ab abcd ab</v>\n"
    read = read_transcript(write("call.vtt", text))
    assert [(word.text, word.start_s, word.end_s) for word in read.words] == [
        ("ab", 10.0, 10.5),
        ("abcd", 10.5, 11.5),
        ("ab", 11.5, 12.0),
    ]
    assert read.timeline == (Activity(10.0, 12.0, "unknown", "Anna"),)
    assert (read.timing, read.channel_mode, read.language, read.duration_s) == (
        "cues",
        "transcript",
        None,
        12.0,
    )
    assert read.role_source == "unknown"


def test_webvtt_with_everything_that_tools_write(write: Write) -> None:
    text = (
        "\ufeffWEBVTT - a title\r\nKind: captions\r\n\r\nSTYLE\r\n::cue { color: red }\r\n\r\n"
        "NOTE\r\n00:00:01.000 is not a cue: text\r\nmore\r\n\r\n"
        "3d2c/8-0\r\n0:0:0.0 --> 0:0:5.320 align:start\r\n<v.loud Ann &amp; Bo>Fish &amp; <b>chips</b>,\r\n"
        "<00:00:03.000>quite &lt;good&gt;</v> <v Cy>sure\r\n\r\n"
        "-00:00:01.000 --> 00:00:01.000\r\n<v Cy>early</v>\r\n\r\n"
        "00:00:09.000 --> 00:00:08.000\r\n<v Cy>backwards words</v>\r\n\r\n"
        "00:00:10.000 --> 00:00:10.000\r\n<v Cy>point</v>\r\n\r\n"
        "00:00:11.000 --> 00:00:12.000\r\n<v Cy></v>\r\n\r\n"
        "00:00:13.000 --> 00:00:14.000\r\nnobody\r\n"
    )
    read = read_transcript(write("call.vtt", text))
    said = {
        speaker: [word.text for word in read.words if word.speaker == speaker] for speaker in ("Ann & Bo", "Cy", "")
    }
    assert said["Ann & Bo"] == ["Fish&", "chips,", "quite", "<good>"]
    assert said["Cy"] == ["early", "sure", "backwards", "words", "point"]
    assert said[""] == ["nobody"]
    backwards = next(word for word in read.words if word.text == "backwards")
    assert (backwards.start_s, backwards.end_s) == (9.0, 9.0)
    # 22 of the first cue's 26 characters are Ann & Bo's: 5.32 s x 22 / 26 = 4.502 s
    assert [(activity.speaker, activity.start_s, activity.end_s) for activity in read.timeline] == [
        ("Ann & Bo", 0.0, 4.502),
        ("Cy", 0.0, 1.0),
        ("Cy", 4.502, 5.32),
        ("", 13.0, 14.0),
    ]


def test_names_before_a_colon_as_zoom_writes_them(write: Write) -> None:
    text = (
        "WEBVTT\n\n1\n00:00:05.790 --> 00:00:13.514\nChristina Ek: Here is the thing: it works.\n\n"
        "2\n00:00:16.129 --> 00:00:17.549\nChris: Really?\n\n"
        "3\n00:00:18.000 --> 00:00:19.000\nI see at 10:30\n\n"
        "4\n00:00:20.000 --> 00:00:21.000\nand this is so: good\n"
    )
    read = read_transcript(write("zoom.vtt", text), call_sellers=("Chris",))
    assert turns(read) == [
        ("customer", "Christina Ek", "Here is the thing: it works."),
        ("seller", "Chris", "Really? I see at 10:30 and this is so: good"),
    ]


def test_several_named_lines_in_one_cue_share_its_time(write: Write) -> None:
    read = read_transcript(write("a.vtt", "WEBVTT\n\n00:00.000 --> 00:04.000\nSeller: aa\nCustomer: aabbcc\n"))
    assert turns(read) == [("seller", "Seller", "aa"), ("customer", "Customer", "aabbcc")]
    assert read.timeline == (
        Activity(0.0, 1.0, "seller", "Seller"),
        Activity(1.0, 4.0, "customer", "Customer"),
    )


def test_well_formed_cues_agree_with_the_webvtt_package(write: Write) -> None:
    text = "WEBVTT\n\n" + "".join(
        f"00:0{n}:00.000 --> 00:0{n}:07.250\n<v Person {n % 2}>word{n} and more\n\n" for n in range(9)
    )
    ours = read_transcript(write("a.vtt", text))
    theirs = webvtt.from_buffer(io.StringIO(text))
    assert [(item.start_s, item.end_s, item.speaker) for item in ours.timeline] == [
        (caption.start_in_seconds + 0.0, caption.start_in_seconds + 7.25, caption.voice) for caption in theirs
    ]
    assert " ".join(word.text for word in ours.words) == " ".join(caption.text for caption in theirs)


def test_subrip_reads_like_webvtt(write: Write) -> None:
    text = "1\n00:00:00,500 --> 00:00:01,500\nTravis: When you\n\n2\n00:00:01,500 --> 00:00:02,000\nstart\n"
    read = read_transcript(write("a.srt", text))
    assert turns(read) == [("unknown", "Travis", "When you start")]
    assert read.words[0].start_s == 0.5


def test_plain_lines_without_times(write: Write) -> None:
    text = "Call with Acme\nDate: 2026-01-01\n\nSäljare: Hej – hur mår du ?\nMycket bra: va?\nkund: Bra.\n"
    read = read_transcript(write("a.txt", text.encode("windows-1252")))
    assert turns(read) == [
        ("seller", "Säljare", "Hej hur mår du? Mycket bra: va?"),
        ("customer", "kund", "Bra."),
    ]
    assert (read.timing, read.timeline, read.duration_s) == ("none", (), None)
    assert read.words[0].start_s is None


@pytest.mark.parametrize(
    "text",
    [
        "[00:01:00] Anna: ab abcd\n[01:02.5] Bo: hi\n",
        "00:01:00 Anna: ab abcd\n00:01:02,5 - Bo: hi\n",
        "Anna (1:00): ab abcd\nBo [1:02.5]: hi\n",
    ],
)
def test_plain_lines_with_times_become_cues_until_the_next_line(write: Write, text: str) -> None:
    read = read_transcript(write("a.txt", text))
    assert read.timing == "cues"
    assert read.timeline == (Activity(60.0, 62.5, "unknown", "Anna"), Activity(62.5, 62.9, "unknown", "Bo"))
    assert (read.words[1].text, read.words[1].start_s) == ("abcd", 60.833)


def test_plain_times_that_are_incomplete_or_run_backwards_are_not_used(write: Write) -> None:
    assert read_transcript(write("a.txt", "[1:00] Anna: a\nBo: b\n")).timing == "none"
    assert read_transcript(write("a.txt", "[1:00] Anna: a\n[0:30] Bo: b\n")).timing == "none"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.vtt", ""),
        ("a.vtt", "WEBVTT\n\nNOTE nothing\n"),
        ("a.vtt", "WEBVTT\n\n00:00.000 --> 00:01.000\n<v Anna> - </v>\n"),
        ("a.vtt", b"\x00\x01\x02"),
        ("a.txt", "once upon a time\nthere was a call\n"),
        ("a.docx", "PK"),
    ],
)
def test_files_without_a_transcript_are_input_errors(write: Write, name: str, content: str | bytes) -> None:
    with pytest.raises(InputError) as caught:
        read_transcript(write(name, content))
    assert caught.value.remedy
    with pytest.raises(InputError):
        read_transcript(Path("nowhere") / name)


ANNA = SellerRow("s1", name="Anna Svensson", aliases=("A. Svensson", "Ankan"))
BO = SellerRow("bo", name="Bo Ek")


@pytest.mark.parametrize(
    ("speakers", "sellers", "call_sellers", "customers", "expected"),
    [
        (("Agent", "Caller"), (), (), (), ("seller", "customer")),
        (("MYYJÄ", "Asiakas 1"), (), (), (), ("seller", "customer")),
        (("Sales Rep", "Zed"), (), (), (), ("seller", "customer")),
        (("Zed", "Kund"), (), (), (), ("seller", "customer")),
        (("anna  SVENSSON", "Zed"), (ANNA, BO), (), (), ("seller", "customer")),
        (("Svensson, Anna", "Zed"), (ANNA, BO), (), (), ("seller", "customer")),
        (("Anna Svensson (Host)", "Zed"), (ANNA, BO), (), (), ("seller", "customer")),
        (("Ankan", "Zed"), (ANNA, BO), (), (), ("seller", "customer")),
        (("Anna", "Zed"), (ANNA, BO), (), (), ("seller", "customer")),
        (("Anna", "Anna Berg"), (ANNA, BO), (), (), ("unknown", "unknown")),
        (("Anna Berg", "Zed"), (ANNA, BO), (), (), ("unknown", "unknown")),
        (("Anna", "Zed"), (ANNA, SellerRow("a2", name="Anna Alm")), (), (), ("unknown", "unknown")),
        (("Anna", "Zed"), (ANNA, SellerRow("a2", name="Anna Alm")), ("a2",), (), ("seller", "customer")),
        (("Kim Ek", "Zed"), (), ("Kim Ek",), (), ("seller", "customer")),
        (("Kim Ek", "Zed"), (), ("kim",), (), ("seller", "customer")),
        (("Anna", "Bo", "Zed"), (ANNA, BO), (), (), ("seller", "seller", "customer")),
        (("Anna", "Bo"), (ANNA, BO), (), (), ("customer", "seller")),
        (("Zed", "Acme AB"), (), (), ("ACME ab",), ("seller", "customer")),
        (("Anna Svensson", "Acme", "Zed"), (ANNA,), (), ("Acme",), ("seller", "customer", "unknown")),
        (("Agent", "IVR", "Zed"), (), (), (), ("seller", "other", "customer")),
        (("Speaker 1", "Speaker 2"), (ANNA, BO), ("s1",), (), ("unknown", "unknown")),
        (("Agent",), (), (), (), ("seller",)),
    ],
)
def test_who_is_who_by_name_or_label(
    write: Write,
    speakers: tuple[str, ...],
    sellers: tuple[SellerRow, ...],
    call_sellers: tuple[str, ...],
    customers: tuple[str, ...],
    expected: tuple[str, ...],
) -> None:
    text = "WEBVTT\n\n" + "".join(
        f"00:0{n}.000 --> 00:0{n}.500\n<v {name}>hello\n\n" for n, name in enumerate(speakers)
    )
    read = read_transcript(write("a.vtt", text), sellers=sellers, call_sellers=call_sellers, customer_names=customers)
    assert tuple(_parties(read)[" ".join(name.split())] for name in speakers) == expected
    assert tuple(activity.party for activity in read.timeline) == expected
    told = "seller" in expected or "customer" in expected
    assert (read.role_source, read.role_confidence) == (("transcript", 1.0) if told else ("unknown", None))


@pytest.mark.parametrize("name", ["a.vtt", "a.txt", "a.json"])
@pytest.mark.parametrize("filling", [" ", "<", "(", "a:", "<v ", "0:", "-"])
def test_long_runs_of_one_mark_are_read_in_one_pass(write: Write, name: str, filling: str) -> None:
    """Patterns that step back would take hours over these."""
    text = f"WEBVTT\n\n00:00.000 --> 00:01.000\n<v Anna>hello {filling * 100_000}x\nAnna {filling * 100_000}x\n"
    with contextlib.suppress(InputError):
        assert read_transcript(write(name, text)).words


TIMES = st.from_regex(r"-?[0-9]{1,3}:[0-9]{1,2}(:[0-9]{1,2})?([.,][0-9]{0,3})?", fullmatch=True)
LINES = st.one_of(
    st.builds("{} --> {}".format, TIMES, TIMES),
    st.sampled_from(
        [
            "WEBVTT",
            "",
            "NOTE x",
            "<v Anna>",
            "</v>",
            "Anna: hej",
            "<v",
            "&#0;&lt;&#x110000;",
            "{",
            "[1:00] Bo: hi",
        ]
    ),
    st.text(max_size=20),
)


@given(st.lists(LINES, max_size=15).map("\n".join), st.sampled_from(["a.vtt", "a.srt", "a.txt", "a.json"]))
def test_any_text_is_a_sound_transcript_or_an_input_error(text: str, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder, contextlib.suppress(InputError):
        path = Path(folder) / name
        path.write_bytes(text.encode("utf-8", errors="surrogatepass"))
        read = read_transcript(path, sellers=(ANNA,))
        assert read.words
        assert all(word.text and not any(char.isspace() for char in word.text) for word in read.words)
        assert all(activity.start_s < activity.end_s for activity in read.timeline)
        starts = [word.start_s for word in read.words if word.start_s is not None]
        assert starts == sorted(starts)
        assert (read.timing == "none") == (not starts)
        again = Path(folder) / "again.json"
        again.write_text(json.dumps(transcript_to_json(read)), encoding="utf-8")
        assert replace(read_transcript(again), input_digest="") == replace(read, input_digest="")
        list(webvtt.from_buffer(io.StringIO(transcript_to_vtt(read))))


@given(st.binary(max_size=300), st.sampled_from(["a.vtt", "a.srt", "a.txt", "a.json"]))
def test_any_bytes_are_a_transcript_or_an_input_error(data: bytes, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder, contextlib.suppress(InputError):
        path = Path(folder) / name
        path.write_bytes(data)
        read_transcript(path)
