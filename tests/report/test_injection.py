"""Whatever stands in a free field is shown as text, in the browser too."""

from __future__ import annotations

import re

import pytest

from callsignals.report.build import build_report
from callsignals.report.links import call_page, lead_page, seller_page
from callsignals.report.presentation import Presentation
from report_results import Names, fill_report

STRINGS = (
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    "<img src=x onerror=alert(3)>",
    '"><svg onload=alert(4)>',
    "' onmouseover='alert(5)",
    '" autofocus onfocus="alert(6)',
    "javascript:alert(7)",
    "<a href=javascript:alert(8)>x</a>",
    "<iframe srcdoc='<script>alert(9)</script>'></iframe>",
    "<style>body{display:none}</style>",
    "<!-- a comment",
    "--><script>alert(10)</script>",
    "<![CDATA[<script>alert(11)</script>]]>",
    "</title><script>alert(12)</script>",
    "</textarea></select></option><b>",
    "<base href=https://example.org/>",
    "<meta http-equiv=refresh content=0;url=https://example.org>",
    "<link rel=stylesheet href=https://example.org/x.css>",
    "<form action=https://example.org><button>x",
    "&lt;b&gt;&amp;&quot;&#39;",
    "&#60;script&#62;alert(13)&#60;/script&#62;",
    "%3Cscript%3Ealert(14)%3C/script%3E",
    "{{ 7*7 }}",
    "{% for x in y %}",
    "{0.__class__} {name} {}",
    "${alert(15)} `alert(16)`",
    '=HYPERLINK("https://example.org")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "../../../etc/passwd",
    "..\\..\\CON.html",
    "\u202egnp.exe\u202c",
    "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627",
    "<b\u200b>zero\ufeffwidth",
    "\U0001f4de\U0001f469\u200d\U0001f4bb",
    "<math><mtext><mglyph><style><img src onerror=alert(17)>",
    "<svg><a xlink:href='javascript:alert(18)'><text>x</text></a></svg>",
    "datum.value + signal('x')",
    "a\\u003cscript\\u003ealert(19)",
)


A_SELLER = 4
"""Strings that one seller's name is made of."""


def names_of(text, place):
    # A semicolon parts the names of several sellers, so that no one seller's can hold any.
    group = " ¦ ".join(STRINGS[place - place % A_SELLER :][:A_SELLER]).replace(";", ",")
    return Names(lead=text, seller=group, call=text, comment=text, free=text, word=text)


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """One lead, call and comment for each string, all of them in the title."""
    out = tmp_path_factory.mktemp("injected") / "out"
    named = [names_of(text, place) for place, text in enumerate(STRINGS)]
    sellers = {f"{names.seller}0": f"{names.seller} A" for names in named}
    presentation = Presentation(title=" ¦ ".join(STRINGS), audio_base="..", sellers=sellers)
    fill_report(
        out,
        calls=len(named),
        sellers=1,
        words=60,
        calls_per_lead=1,
        named=named,
        presentation=presentation,
        audio=f"{STRINGS[0]}/x.wav",
    )
    return build_report(out).parent


def plain(text):
    """Text as a browser gives it back: white space in a row is one space."""
    return re.sub(r"\s+", " ", text)


def test_the_set_is_large_enough():
    assert len(set(STRINGS)) == len(STRINGS) >= 30


def test_no_page_has_an_element_or_an_address_of_another_s_making(watched, report):
    pages = sorted(report.rglob("*.html"))
    assert len(pages) == 4 + 2 * len(STRINGS) + -(-len(STRINGS) // A_SELLER)
    for path in pages:
        watched.open(path)
        assert watched.page.title().endswith(plain(" ¦ ".join(STRINGS)))
        assert watched.page.evaluate(FOREIGN) == []
        links = watched.page.evaluate(
            "() => [...document.querySelectorAll('[href]')].map((one) => one.getAttribute('href'))"
        )
        assert [link for link in links if not re.fullmatch(r"(\.\./)?[a-z0-9_/.#-]*", link)] == []
    assert watched.messages == []
    assert watched.outside == []


FOREIGN = r"""() => {
    const ours = (one) => ({
        SCRIPT: () => one.getAttribute("src") === "../assets/call.js",
        LINK: () => one.getAttribute("href").endsWith("assets/report.css"),
        META: () => one.parentElement === document.head && !/refresh/i.test(one.httpEquiv),
    })[one.tagName];
    const elements = "script, iframe, object, embed, form, base, link, style, meta, img, math, textarea";
    const foreign = [...document.querySelectorAll(elements)].filter((one) => !(ours(one) && ours(one)()));
    const active = [...document.querySelectorAll("*")].flatMap((one) => one.getAttributeNames()
        .filter((name) => name.startsWith("on") || name === "style" || name === "autofocus"));
    return [...foreign.map((one) => one.outerHTML), ...active];
}"""


@pytest.mark.parametrize("place", range(len(STRINGS)), ids=lambda place: f"string {place}")
def test_every_free_field_is_shown_as_text(watched, report, place):
    text = STRINGS[place]
    lead = report / lead_page(f"{text}{place:04}")
    watched.open(lead)
    assert plain(f"{text} {text}{place:04}") == plain(watched.page.locator("h1").inner_text())  # its name
    cells = plain(watched.page.locator("main").evaluate("one => one.textContent"))
    for field in (f"{text}{place:04}", f"{text}/{place:04}", text):  # lead and comment, call, respondent and touchpoint
        assert plain(field) in cells
    call = report / call_page(f"{text}/{place:04}")
    watched.open(call)
    assert plain(watched.page.locator("h1").inner_text()) == plain(f"{text}/{place:04}")
    assert plain(text) in plain(watched.page.locator("#script").inner_text())
    names = names_of(text, place)
    watched.open(report / seller_page(f"{names.seller}0"))
    assert plain(watched.page.locator("h1").inner_text()) == plain(f"{names.seller} A")
    drawn = watched.page.locator(".chart svg title").evaluate_all("all => all.map((one) => one.textContent)")
    assert any(label.startswith(f"{text}/{place:04}: ") for label in drawn)


def test_lists_show_every_string(watched, report):
    for page, fields in (("calls.html", "{}/"), ("leads.html", "{} "), ("failures.html", "{}")):
        watched.open(report / page)
        shown = plain(watched.page.locator("main").evaluate("one => one.textContent"))
        assert [text for text in STRINGS if plain(fields.format(text) if text != "{}" else text) not in shown] == []


def test_a_file_name_is_shown_as_text(watched, report):
    watched.open(sorted(report.glob("calls/*"))[0])
    assert f"{STRINGS[0]}/x.wav" in watched.page.locator("main").inner_text()
