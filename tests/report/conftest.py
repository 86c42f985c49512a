"""A browser, and a generated report for it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import sync_playwright

from callsignals.report.build import build_report
from report_results import fill_report, write_tone
from support import absent

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")


@pytest.fixture(scope="session")
def chromium():
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        absent("Chromium", "install Debian's package chromium, or Chrome")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@dataclass
class Watched:
    """A page and what it said and asked for."""

    page: object
    messages: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    refused: dict[str, str | None] = field(default_factory=dict)

    def open(self, path) -> None:
        self.page.goto(path.as_uri())

    @property
    def outside(self) -> list[str]:
        return [address for address in self.requests if not address.startswith(("file://", "data:"))]


@pytest.fixture
def watched(chromium):
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    found = Watched(page)
    page.on("console", lambda message: found.messages.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: found.messages.append(f"error: {error}"))
    page.on("dialog", lambda dialog: (found.messages.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.on("requestfailed", lambda request: found.refused.update({request.url: request.failure}))
    page.on("request", lambda request: found.requests.append(request.url))
    yield found
    context.close()


@pytest.fixture(scope="session")
def report(tmp_path_factory):
    """The folder of a report of twelve calls with a recording each."""
    folder = tmp_path_factory.mktemp("report")
    write_tone(folder / "audio" / "tone #1.wav", 80)
    return build_report(fill_report(folder / "out", audio="audio/tone #1.wav")).parent
