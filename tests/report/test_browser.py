"""The pages in a real browser, from disk."""

from __future__ import annotations

from pathlib import Path

import pytest

AXE = Path(__file__).parent / "assets" / "axe.min.js"
KINDS = ("index.html", "calls.html", "leads.html", "failures.html", "calls/*", "leads/*", "sellers/*")


def one_of(report, kind):
    return sorted(report.glob(kind))[0]


@pytest.fixture
def call(watched, report):
    watched.open(one_of(report, "calls/*"))
    watched.page.wait_for_function("document.getElementById('audio').readyState >= 1")
    return watched.page


def current_time(page) -> float:
    return page.evaluate("document.getElementById('audio').currentTime")


def test_every_page_opens_without_a_console_message_or_an_outside_request(watched, report):
    pages = sorted(report.rglob("*.html"))
    assert len(pages) == 4 + 12 + 6 + 2
    for path in pages:
        watched.open(path)
        assert watched.page.locator("h1").inner_text()
    assert watched.messages == []
    assert watched.outside == []
    assert any(address.endswith("call.js") for address in watched.requests)
    assert any("tone%20%231.wav" in address for address in watched.requests)


def test_the_policy_stops_an_outside_request_and_an_inline_script(watched, report):
    watched.open(one_of(report, "calls/*"))
    with watched.page.expect_event("requestfailed", lambda request: request.url.startswith("https:")):
        watched.page.evaluate(
            """() => {
            const image = document.createElement("img");
            image.src = "https://example.org/x.png";
            const script = document.createElement("script");
            script.textContent = "window.ran = true";
            document.body.append(image, script);
        }"""
        )
    assert watched.page.evaluate("window.ran") is None
    assert sum("Content Security Policy" in message for message in watched.messages) == 2
    assert watched.refused["https://example.org/x.png"] == "csp"
    assert watched.outside == ["https://example.org/x.png"]


@pytest.mark.parametrize("kind", ["need", "product"])
def test_a_click_on_a_term_mark_plays_from_there(call, kind):
    mark = call.locator(f"#timeline .mark[data-kind={kind}]").nth(1)
    mark.click()
    expected = float(mark.get_attribute("data-s"))
    assert expected > 10
    assert current_time(call) == pytest.approx(expected, abs=0.5)
    assert call.evaluate("document.getElementById('audio').paused") is False


def test_a_click_on_a_word_plays_from_it_and_the_page_follows(call):
    word = call.locator(".script p").nth(3).locator(".w").nth(5)
    word.click()
    # Turn 4 starts at 1 + 3 * (30 * 0.4 + 0.3) s; its sixth word 5 * 0.4 s later.
    assert current_time(call) == pytest.approx(1 + 3 * 12.3 + 5 * 0.4, abs=0.5)
    call.evaluate("document.getElementById('audio').pause()")
    call.evaluate("document.getElementById('audio').currentTime = 1.9")
    call.wait_for_function(
        "document.querySelector('.w.now') !== null && document.getElementById('playhead').x1.baseVal.value > 0"
    )
    call.wait_for_function("document.querySelector('.w.now').textContent === 'is'")


def test_every_word_has_its_time(call, report):
    counted = call.evaluate(
        """() => [...document.querySelectorAll(".script p")].map((paragraph) =>
            [paragraph.dataset.t.split(" ").length, paragraph.querySelectorAll(".w").length])"""
    )
    assert len(counted) == 5
    assert all(times == words == 30 for times, words in counted)


def test_the_keyboard_moves_along_the_timeline_and_plays(call):
    timeline = call.locator("#timeline")
    timeline.focus()
    for key, expected in (("ArrowRight", 5.0), ("PageUp", 35.0), ("ArrowLeft", 30.0), ("Home", 0.0)):
        call.keyboard.press(key)
        assert current_time(call) == pytest.approx(expected, abs=0.05)
        assert float(timeline.get_attribute("aria-valuenow")) == pytest.approx(expected, abs=0.1)
    call.keyboard.press("ArrowUp")
    first_mark = min(float(m.get_attribute("data-s")) for m in call.locator("#timeline .mark").all())
    assert current_time(call) == pytest.approx(first_mark, abs=0.05)
    call.keyboard.press("Space")
    call.wait_for_function("document.getElementById('audio').paused === false")
    call.keyboard.press("Space")
    call.wait_for_function("document.getElementById('audio').paused === true")


def test_moments_can_be_reached_and_heard_with_the_keyboard(call):
    button = call.locator(".moments button").first
    button.focus()
    call.keyboard.press("Enter")
    assert current_time(call) == pytest.approx(float(button.get_attribute("data-s")), abs=0.5)


def test_a_recording_that_is_gone_since_is_said(watched, report, tmp_path):
    page = tmp_path / "report" / "calls" / "x.html"
    page.parent.mkdir(parents=True)
    page.write_bytes(one_of(report, "calls/*").read_bytes())
    (tmp_path / "report" / "assets").mkdir()
    for asset in (report / "assets").iterdir():
        (tmp_path / "report" / "assets" / asset.name).write_bytes(asset.read_bytes())
    watched.open(page)
    watched.page.wait_for_selector("#no-sound:visible")
    watched.page.locator("#timeline .mark").first.click()  # still answers


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_no_serious_violation(chromium, report, kind, scheme):
    # The page's own policy would keep axe out; the test alone passes it by.
    context = chromium.new_context(bypass_csp=True, color_scheme=scheme)
    page = context.new_page()
    page.goto(one_of(report, kind).as_uri())
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    page.add_script_tag(path=str(AXE))
    found = page.evaluate("axe.run()")
    context.close()
    assert len(found["passes"]) > 10
    grave = [rule for rule in found["violations"] if rule["impact"] in ("serious", "critical")]
    assert [(rule["id"], [node["html"][:200] for node in rule["nodes"][:3]]) for rule in grave] == []


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_sticks_out_of_the_page(chromium, report, kind, width):
    context = chromium.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    page.goto(one_of(report, kind).as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def test_paper_shows_the_figures_and_not_the_player(chromium, report):
    page = chromium.new_page()
    page.goto(one_of(report, "calls/*").as_uri())
    page.emulate_media(media="print")
    assert page.locator("nav").is_hidden()
    assert page.locator("#audio").is_hidden()
    assert page.locator("main table").last.is_visible()
    page.close()
