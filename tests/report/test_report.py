"""The pages as files: which there are, what they show, and that they depend on OUT alone."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import polars as pl
import pytest

from callsignals.errors import InputError
from callsignals.report.build import build_report
from callsignals.report.links import call_page, file_address, lead_page, page_name, seller_page
from callsignals.report.presentation import Presentation, load_presentation, save_presentation
from report_results import fill_report


class Tags(HTMLParser):
    """Tags, attributes and text of a page."""

    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.text = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data):
        self.text.append(data)


def parsed(path) -> Tags:
    page = Tags()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def text_of(path) -> str:
    return " ".join(" ".join(parsed(path).text).split())


def contents(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    folder = fill_report(tmp_path_factory.mktemp("report") / "out", calls=6)
    build_report(folder)
    return folder


@pytest.fixture
def small(tmp_path):
    return fill_report(tmp_path / "out", calls=3, sellers=1, words=60)


def test_there_is_a_page_for_the_team_each_seller_each_call_and_each_lead(out):
    report = out / "report"
    assert {path.relative_to(report).as_posix() for path in report.rglob("*.html")} == {
        "index.html",
        "calls.html",
        "leads.html",
        "failures.html",
        *(call_page(f"call/{number:04}") for number in range(6)),
        *(lead_page(f"lead{number:04}") for number in range(3)),
        *(seller_page(f"seller{number}") for number in range(2)),
    }


def test_links_lead_to_pages_that_are_there(out):
    for path in (out / "report").rglob("*.html"):
        page = parsed(path)
        ids = {value for _, name, value in page.attributes if name == "id"}
        for address in (value for _, name, value in page.attributes if name == "href"):
            file, _, anchor = address.partition("#")
            assert (path.parent / file).resolve().is_file() if file else anchor in ids, (path.name, address)


def test_no_page_names_an_outside_address_to_load(out):
    for path in (out / "report").rglob("*.html"):
        page = parsed(path)
        loaded = [value for _, name, value in page.attributes if name in ("src", "href", "action", "xlink:href")]
        assert loaded
        assert not [value for value in loaded if re.match(r"[a-z]+:|//", value)]
        policy = [value for tag, name, value in page.attributes if tag == "meta" and "default-src" in value]
        assert policy[0].startswith("default-src 'none'")
        assert "unsafe" not in policy[0]
        assert not [name for _, name, _ in page.attributes if name == "style" or name.startswith("on")]


def test_the_team_page_compares_means_with_interval_and_n(out):
    text = text_of(out / "report" / "index.html")
    assert re.search(r"seller \d+ % : customer \d+ % \d+ to \d+ % · n = 6", text)
    assert "Anna A" in text
    assert "seller1" in text
    assert "+32 +5 to +55 · n = 25" in text
    assert "Not enough data Fewer than 5 answers" in text
    assert "25,537 recorded business-to-business calls" in text
    assert "Price -12 -20 to -3 6 / 25" in text


def test_means_in_the_signal_table_do_not_come_a_second_time(out):
    rows = pl.read_parquet(out / "signals.parquet").filter(pl.col("level") == "company")
    assert {"seller_talk_share", "referral_source"} <= set(rows["signal"])
    for page in (out / "report" / "index.html", next((out / "report" / "sellers").glob("*.html"))):
        text = text_of(page)
        assert "99 %" not in text
        assert "98.7" not in text
        assert "98.3" not in text
        assert "0.98" not in text


def test_the_mean_is_over_calls_and_the_interval_is_students(out):
    shares = pl.read_parquet(out / "calls.parquet").filter(pl.col("seller") == "seller1")["seller_talk_share"]
    assert len(shares) == 3
    margin = 4.302653 * shares.std() / 3**0.5  # t of 2 degrees of freedom at 97.5 %
    low, high = max(0, shares.mean() - margin), min(1, shares.mean() + margin)
    assert f"{100 * shares.mean():.0f} % {100 * low:.0f} to {100 * high:.0f} % · n = 3" in text_of(
        out / "report" / "index.html"
    )


def test_a_call_page_has_every_signal_with_its_parts_and_its_reason(out):
    path = out / "report" / call_page("call/0000")
    text = text_of(path)
    assert "Both speak at once – – – 0 Not enough data One channel: who talks over whom cannot be heard" in text
    assert "seller speech seconds / speech seconds of both parties" in text
    row = pl.read_parquet(out / "signals.parquet").filter(
        (pl.col("call_id") == "call/0000") & (pl.col("signal") == "need_term_share")
    )
    numerator = row["numerator"][0]
    assert f"{numerator:.2f} 100 9 Measured" in text
    hover = [value for tag, name, value in parsed(path).attributes if name == "title" and tag == "div"]
    assert any("need mentions of both parties / " in value and f"Numerator {numerator:.2f}" in value for value in hover)


def test_a_figure_on_top_of_a_call_page_leads_to_its_parts_and_a_rate_says_what_was_counted(small):
    rate = pl.col("signal") == "seller_questions_per_hour"
    counted = {"value": 361.0, "numerator": 7.0, "denominator": 69.8}
    signals = pl.read_parquet(small / "signals.parquet").with_columns(
        **{name: pl.when(rate).then(value).otherwise(pl.col(name)) for name, value in counted.items()}
    )
    signals.write_parquet(small / "signals.parquet")
    build_report(small)
    path = small / "report" / call_page("call/0000")
    found = parsed(path).attributes
    assert ("a", "href", "#signal-seller_questions_per_hour") in found
    assert ("tr", "id", "signal-seller_questions_per_hour") in found
    assert "361 per hour 7 in 1:09" in text_of(path)


def test_one_undated_call_says_that_it_is_one_and_that_its_date_is_not_known(tmp_path):
    out = fill_report(tmp_path / "out", calls=1, sellers=1, words=60)
    calls = pl.read_parquet(out / "calls.parquet").with_columns(started_at=pl.lit(None, pl.Datetime("us", "UTC")))
    calls.write_parquet(out / "calls.parquet")
    page = build_report(out)
    assert re.search(r"seller \d+ % : customer \d+ % one call · n = 1", text_of(page))
    assert "· date not given ·" in text_of(out / "report" / call_page("call/0000"))


def test_a_lead_page_reads_before_during_after(out):
    text = text_of(out / "report" / lead_page("lead0000"))
    order = [
        text.index(part)
        for part in (
            "Before the sale",
            "Existing relationship",
            "During the sale",
            "call/0000",
            "After the sale",
            "Promoter",
        )
    ]
    assert order == sorted(order)
    assert "Reasons named: Price (negative), Support (positive) 80 % sure" in text
    assert "Tone of the comment: Not certain enough to say" in text


def test_a_seller_page_names_calls_and_why(out):
    text = text_of(out / "report" / seller_page("seller0"))
    assert re.search(r"To learn from .* highest Need uptake: \d+ % \(own median \d+ %\)", text)
    assert re.search(r"To go back to .* highest Longest monologue: [\d.]+ s \(own median [\d.]+ s\)", text)
    assert "No score is made of them." in text


def test_a_report_is_rebuilt_byte_for_byte(small):
    build_report(small)
    first = contents(small / "report")
    assert len(first) > 9
    for path in (small / "report").rglob("*.html"):
        path.unlink()
    build_report(small)
    assert contents(small / "report") == first


def test_a_page_that_has_not_changed_is_not_written_again(small):
    page = build_report(small)
    stamp = page.stat().st_mtime_ns
    build_report(small)
    assert page.stat().st_mtime_ns == stamp


def test_pages_of_vanished_calls_and_leads_are_removed(small):
    build_report(small)
    calls = pl.read_parquet(small / "calls.parquet")
    calls.filter(pl.col("call_id") != "call/0002").write_parquet(small / "calls.parquet")
    leads = (small / "leads.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    (small / "leads.jsonl").write_text(leads[0], encoding="utf-8")
    (small / "failures.jsonl").write_text("", encoding="utf-8")
    build_report(small)
    names = contents(small / "report").keys()
    assert call_page("call/0002") not in names
    assert lead_page("lead0001") not in names
    assert "failures.html" not in names
    assert call_page("call/0000") in names
    everything = b"".join(contents(small / "report").values())
    assert b"call/0002" not in everything
    assert b"lead0001" not in everything


@pytest.mark.parametrize(("language", "heading"), [("sv", "Säljarna bredvid varandra"), ("fi", "Myyjät rinnakkain")])
def test_the_interface_speaks_the_language_of_the_settings(small, language, heading):
    save_presentation(small, Presentation(language=language))
    page = build_report(small)
    assert heading in text_of(page)
    assert f'<html lang="{language}">' in page.read_text(encoding="utf-8")


def test_without_transcripts_no_page_holds_what_was_said(small):
    save_presentation(small, Presentation(transcripts=False))
    build_report(small)
    everything = b"".join(contents(small / "report").values())
    assert b"manual work" not in everything
    assert b"our integration" not in everything
    page = text_of(small / "report" / call_page("call/0000"))
    assert "[report] transcripts = false" in page
    assert "Need terms" in page  # moments keep their times
    save_presentation(small, Presentation())
    build_report(small)
    assert "manual work" in text_of(small / "report" / call_page("call/0000"))


def test_a_title_of_the_data_package_is_kept_when_there_is_no_other(small):
    save_presentation(small, Presentation())
    assert "Team report" in text_of(build_report(small))
    save_presentation(small, Presentation(title="Våra samtal"))
    assert "Våra samtal" in text_of(build_report(small))
    (small / "datapackage.json").unlink()
    (small / "report" / "report.json").unlink()
    assert "callsignals" in text_of(build_report(small))


def test_times_and_weeks_are_those_of_the_workspace(small):
    save_presentation(small, Presentation(timezone="Europe/Helsinki"))
    build_report(small)
    assert "2025-09-01 11:00" in text_of(small / "report" / call_page("call/0000"))


def test_a_missing_recording_is_said_and_costs_nothing_else(tmp_path):
    out = fill_report(tmp_path / "out", calls=1, audio="audio/gone.wav")
    build_report(out)
    page = parsed(out / "report" / call_page("call/0000"))
    assert "audio" not in page.tags
    assert "audio/gone.wav" in " ".join(page.text)
    assert "mark" in page.tags


def test_a_missing_or_damaged_transcript_costs_only_itself(small):
    names = sorted((small / "transcripts").iterdir())
    names[0].unlink()
    names[1].write_text('{"words": 3}', encoding="utf-8")
    build_report(small)
    for number in (0, 1):
        text = text_of(small / "report" / call_page(f"call/000{number}"))
        assert "No words, or the transcript is gone." in text
        assert "Seller's share of talk" in text


def test_calls_that_are_no_conversations_stay_out_of_means(small):
    calls = pl.read_parquet(small / "calls.parquet").with_columns(
        call_type=pl.when(pl.col("call_id") == "call/0000").then(pl.lit("voicemail")).otherwise("call_type")
    )
    calls.write_parquet(small / "calls.parquet")
    text = text_of(build_report(small))
    assert "left out of averages (no conversations, or copies): 1" in text
    assert "n = 2" in text
    assert "n = 3" not in text


def test_the_team_page_says_how_many_conversations_have_no_known_seller_and_where_the_remedy_is(small):
    assert "it is not known which side is the seller" not in text_of(build_report(small))
    calls = pl.read_parquet(small / "calls.parquet").with_columns(
        role_source=pl.when(pl.col("call_id") == "call/0000").then(pl.lit("unknown")).otherwise("role_source")
    )
    calls.write_parquet(small / "calls.parquet")
    page = build_report(small)
    assert "because it is not known which side is the seller: 1." in text_of(page)
    assert '1. <a href="failures.html">What to do</a>' in page.read_text(encoding="utf-8")


def test_a_folder_without_results_is_refused(tmp_path):
    with pytest.raises(InputError, match="leads"):
        build_report(tmp_path)


def test_presentation_comes_back_as_it_was_saved(tmp_path):
    shown = Presentation("T", "fi", False, "Europe/Helsinki", "../w", {"a": "Å"})
    save_presentation(tmp_path, shown)
    assert load_presentation(tmp_path) == shown
    stored = json.loads((tmp_path / "report" / "report.json").read_text(encoding="utf-8"))
    (tmp_path / "report" / "report.json").write_text(json.dumps({**stored, "newer": 1}), encoding="utf-8")
    assert load_presentation(tmp_path) == shown
    (tmp_path / "report" / "report.json").write_text("[", encoding="utf-8")
    assert load_presentation(tmp_path) == Presentation()


def test_page_names_are_readable_safe_and_apart():
    assert page_name("Älg & Co/7").startswith("alg-co-7-")
    hostile = ["a", "A", "CON", "..", "", "x" * 400, "<script>", "\u202e", "a b", "a-b"]
    names = [page_name(one) for one in hostile]
    assert len({name.lower() for name in names}) == len(hostile)
    assert all(re.fullmatch(r"[a-z0-9-]{1,60}\.html", name) for name in names)


def test_recordings_are_addressed_from_the_page(tmp_path):
    assert file_address("..", "audio/a b#1.wav") == "../../../audio/a%20b%231.wav"
    assert file_address("..", "<img>.wav") == "../../../%3Cimg%3E.wav"
    absolute = (tmp_path / "x y.wav").as_posix()
    assert file_address("..", absolute) == (tmp_path / "x y.wav").as_uri()
