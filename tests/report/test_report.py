"""The page: what it shows, that it asks nobody for anything, and that it shows markup as text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from callsignals.errors import InputError
from callsignals.report.build import build_report
from callsignals.report.figures import party_shares, shown_figure
from callsignals.report.lanes import lanes_of
from support import fill_results

EVIL = "<script>alert(1)</script>\"'&<img src=x onerror=alert(2)>"


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


def parsed(out) -> Tags:
    page = Tags()
    page.feed(build_report(out).read_text(encoding="utf-8"))
    return page


def test_figures_with_their_parts_and_the_reason_where_there_is_none(tmp_path):
    text = " ".join(" ".join(parsed(fill_results(tmp_path)).text).split())
    assert "seller 43 % : customer 57 %" in text
    assert "43.40 100.00" in text
    assert "under_3_floor_changes" in text
    assert "seller speech seconds / speech seconds of both parties" in text


def test_markup_in_any_field_is_shown_as_text(tmp_path):
    page = parsed(fill_results(tmp_path, EVIL))
    assert "script" not in page.tags
    assert "img" not in page.tags
    assert not [name for _, name, _ in page.attributes if name.startswith("on")]
    assert EVIL in "".join(page.text)


def test_the_page_asks_nobody_for_anything(tmp_path):
    page = parsed(fill_results(tmp_path))
    linked = [value for _, name, value in page.attributes if name in ("src", "href", "action")]
    assert linked
    assert all(value.startswith("#") for value in linked)
    policy = [value for tag, name, value in page.attributes if tag == "meta" and "default-src" in value]
    assert "default-src 'none'" in policy[0]
    assert "url(" not in (tmp_path / "report" / "index.html").read_text(encoding="utf-8")


def test_a_rebuilt_page_keeps_its_title(tmp_path):
    page = parsed(fill_results(tmp_path, "Våra samtal"))
    assert page.text.count("Våra samtal") >= 2  # the window's title and the heading
    (tmp_path / "datapackage.json").unlink()
    assert "callsignals" in parsed(tmp_path).text


def test_links_inside_the_page_lead_somewhere(tmp_path):
    page = parsed(fill_results(tmp_path))
    ids = {value for _, name, value in page.attributes if name == "id"}
    assert {value[1:] for _, name, value in page.attributes if name == "href"} <= ids


def test_a_folder_without_results_is_refused(tmp_path):
    with pytest.raises(InputError, match="leads"):
        build_report(tmp_path)


def test_lanes_put_the_seller_above_the_customer_and_scale_to_the_call():
    timeline = [
        {"party": "customer", "speaker": "ch1", "start_s": 50.0, "end_s": 100.0},
        {"party": "seller", "speaker": "ch0", "start_s": 0.0, "end_s": 25.0},
        {"party": "other", "speaker": "music", "start_s": 30.0, "end_s": 40.0},
    ]
    lanes = lanes_of(timeline, 100.0)
    assert [lane.party for lane in lanes] == ["seller", "customer", "other"]
    assert (lanes[0].boxes[0].x, lanes[0].boxes[0].width) == (0.0, 250.0)
    assert (lanes[1].boxes[0].x, lanes[1].seconds) == (500.0, 50.0)
    unknown = [{"party": "unknown", "speaker": f"ch{n}", "start_s": 0.0, "end_s": 1.0} for n in (0, 1)]
    assert [lane.name for lane in lanes_of(unknown, 10.0)] == ["voice ch0", "voice ch1"]
    assert lanes_of(timeline, 0.0) == []


@pytest.mark.parametrize(
    ("value", "signal", "shown"),
    [
        (0.434, "seller_talk_share", "43 %"),
        (1.318, "customer_seller_talk_ratio", "1.32"),
        (12.34, "patience_s", "12.3 s"),
        (1.0, "referral_personal", "yes"),
        (0.0, "recommends", "no"),
        (None, "patience_s", "–"),
        ("podcast", "referral_source", "podcast"),
    ],
)
def test_figures_as_people_read_them(value, signal, shown):
    assert shown_figure(value, signal) == shown


def test_shares_are_never_a_bare_ratio():
    assert party_shares({"seller_talk_share": {"value": 0.434}}) == "seller 43 % : customer 57 %"
    assert party_shares({}) == "–"
    assert not re.search(r"\d+:\d+", party_shares({"seller_talk_share": {"value": 0.5}}))
