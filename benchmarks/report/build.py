"""How long the report of many calls takes to build, how large its first page is, and how fast it opens.

``python benchmarks/report/build.py [--calls 2000] [--words 1500] [--sellers 20]``: results are
generated (not timed), the report is built in a process of its own, and the first page is opened in Chromium, where
there is one.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = """
import sys
from pathlib import Path
from callsignals.report.build import build_report
build_report(Path(sys.argv[1]))
"""


def main() -> None:
    """Generate, build, open, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=2000)
    parser.add_argument("--words", type=int, default=1500, help="of each call")
    parser.add_argument("--sellers", type=int, default=20)
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT / "tests"))
    from report_results import fill_report

    with tempfile.TemporaryDirectory() as folder:
        out = fill_report(
            Path(folder) / "out", calls=options.calls, sellers=options.sellers, words=options.words, calls_per_lead=2
        )
        print(f"{options.calls} calls of {options.words} words, {options.sellers} sellers, {options.calls // 2} leads")
        for label in ("first build", "rebuild, nothing new"):
            began, cpu_before = time.perf_counter(), os.times()
            subprocess.run([sys.executable, "-c", BUILD, str(out)], check=True)
            cpu = os.times()
            cpu_s = cpu.children_user + cpu.children_system - cpu_before.children_user - cpu_before.children_system
            print(f"{label}: {time.perf_counter() - began:.1f} s, {cpu_s:.1f} s of processor time")
        pages = list((out / "report").rglob("*.html"))
        index = out / "report" / "index.html"
        whole = sum(path.stat().st_size for path in pages)
        print(f"index.html {index.stat().st_size / 1e6:.2f} MB; {len(pages)} pages, {whole / 1e6:.0f} MB in all")
        for name in ("calls.html", "leads.html"):
            print(f"{name} {(index.parent / name).stat().st_size / 1e6:.2f} MB")
        open_in_browser(index)


def open_in_browser(index: Path) -> None:
    """Print how long the page takes to its load event and first paint, the median of five."""
    browser = next((path for name in ("chromium", "google-chrome") if (path := shutil.which(name))), None)
    if browser is None:
        print("no Chromium: opening not measured")
        return
    from playwright.sync_api import sync_playwright

    script = """() => {
        const [load] = performance.getEntriesByType("navigation");
        const paint = performance.getEntriesByName("first-contentful-paint")[0];
        return [load.loadEventEnd, paint ? paint.startTime : 0];
    }"""
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        times = []
        for _ in range(5):
            page = chromium.new_page()
            page.goto(index.as_uri())
            page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length > 0")
            times.append(page.evaluate(script))
            page.close()
        chromium.close()
    loads, paints = (sorted(column)[2] / 1000 for column in zip(*times, strict=True))
    print(f"opens in Chromium: loaded after {loads:.2f} s, first contents painted after {paints:.2f} s (median of 5)")


if __name__ == "__main__":
    main()
