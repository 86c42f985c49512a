"""The page in a real browser, from disk."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from callsignals.report.build import build_report
from support import fill_results

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-logging=stderr",
)


@pytest.fixture(scope="session")
def browser() -> str:
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None and os.environ.get("CI") == "true":
        pytest.fail("no Chromium on this machine; .ci/run installs it")
    if found is None:
        pytest.skip("no Chromium found: install Debian's package chromium (or Chrome) to test the report in a browser")
    return found


def open_page(browser, page, profile, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [browser, *QUIET, f"--user-data-dir={profile}", *options, page.as_uri()],
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )


def test_the_page_opens_from_disk_without_console_messages(browser, tmp_path):
    page = build_report(fill_results(tmp_path / "out", "<script>alert(1)</script>"))
    shown = open_page(browser, page, tmp_path / "profile", "--dump-dom")
    assert "seller 43 % : customer 57 %" in shown.stdout
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown.stdout
    assert "CONSOLE" not in shown.stderr


@pytest.mark.parametrize("width", [1440, 390])
def test_the_page_paints_at_desktop_and_phone_width(browser, tmp_path, width):
    page = build_report(fill_results(tmp_path / "out"))
    picture = tmp_path / "page.png"
    open_page(
        browser,
        page,
        tmp_path / "profile",
        f"--screenshot={picture}",
        f"--window-size={width},900",
        "--hide-scrollbars",
    )
    data = picture.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(data[16:20], "big") == width
    assert len(data) > 10_000
