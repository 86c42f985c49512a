"""Build the report's pages from the files of a finished run; nothing is measured here.

``index.html`` (the team), a page each in ``sellers/``, ``leads/`` and ``calls/``, and lists of calls and leads. A page
is written when its bytes differ from what is there; pages of what has vanished are removed. The bytes depend on OUT
and this version of the program alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2

from callsignals.files import remove_file, write_bytes
from callsignals.report.call import call_view
from callsignals.report.lead import lead_name, lead_view
from callsignals.report.links import call_page, lead_page, seller_page
from callsignals.report.overview import Pages
from callsignals.report.presentation import load_presentation
from callsignals.report.seller import seller_view
from callsignals.report.sources import Sources, open_sources
from callsignals.report.team import sellers_of, team_page
from callsignals.report.wording import wording
from callsignals.vocabulary.definitions import DEFINITIONS

__all__ = ["build_report"]

_ASSETS = ("report.css", "call.js")
_PAGE_FOLDERS = ("calls", "leads", "sellers")


def build_report(out: Path) -> Path:
    """Write the report of OUT and return the path of its first page.

    Args:
        out: a folder that a run has filled.

    Raises:
        InputError: OUT holds no finished run.
        OutputError: the report cannot be written.
    """
    sources = open_sources(out)
    shown = load_presentation(out)
    pages = Pages(wording(shown.language), shown)
    writer = _Writer(out / "report", _environment(pages, shown.title or _title(out)))
    sellers = sellers_of(sources)
    writer.has_sellers = frozenset(sellers)
    _assets(writer)
    _leads_and_calls(writer, pages, sources)
    for seller, calls in sellers.items():
        writer.page(seller_page(seller), "seller", seller_view(pages, sources, seller, calls))
    writer.page("calls.html", "calls", {"calls": sources.overview})
    writer.page("leads.html", "leads", {"leads": sources.leads})
    if sources.failures:
        writer.page("failures.html", "failures", {"failures": sources.failures})
    writer.page("index.html", "index", team_page(pages, sources, sellers))
    writer.remove_others()
    return out / "report" / "index.html"


def _leads_and_calls(writer: _Writer, pages: Pages, sources: Sources) -> None:
    for lead in sources.lead_files():
        writer.page(lead_page(lead.record["lead_id"]), "lead", lead_view(pages, lead))
        for row, signals in lead.calls:
            view = call_view(pages, sources.out, row, signals, lead_name(lead.record))
            writer.page(call_page(row["call_id"]), "call", view)


def _assets(writer: _Writer) -> None:
    folder = files("callsignals.report").joinpath("assets")
    for name in _ASSETS:
        writer.write(f"assets/{name}", folder.joinpath(name).read_bytes())


class _Writer:
    """Writes pages and remembers which."""

    def __init__(self, folder: Path, environment: jinja2.Environment) -> None:
        self.folder = folder
        self.environment = environment
        self.has_sellers: frozenset[str] = frozenset()
        self._written: set[str] = set()

    def page(self, address: str, template: str, view: Mapping[str, Any]) -> None:
        """Render one page; ``root`` leads from it to the report's folder."""
        root = "../" * address.count("/")
        text = self.environment.get_template(f"{template}.html.j2").render(
            view, root=root, address=address, sellers_with_pages=self.has_sellers
        )
        # A lone surrogate (a damaged name) cannot be written as UTF-8.
        self.write(address, text.encode("utf-8", "replace"))

    def write(self, address: str, content: bytes) -> None:
        """Write a file of the report unless it is there as it should be."""
        path = self.folder / address
        self._written.add(address)
        try:
            if path.read_bytes() == content:
                return
        except OSError:
            pass
        write_bytes(path, content)

    def remove_others(self) -> None:
        """Remove the pages of calls, leads and sellers that are no more."""
        there = [f"{folder}/{path.name}" for folder in _PAGE_FOLDERS for path in (self.folder / folder).glob("*.html")]
        for address in [*there, "failures.html"]:
            if address not in self._written:
                remove_file(self.folder / address)


def _title(out: Path) -> str:
    try:
        return str(json.loads((out / "datapackage.json").read_text(encoding="utf-8"))["title"])
    except (OSError, ValueError, KeyError):
        return "callsignals"


def _environment(pages: Pages, title: str) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("callsignals.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    texts = pages.texts
    environment.globals.update(
        title=title,
        language=texts.language,
        t=texts.ui,
        named=texts.named,
        pages=pages,
        call_page=call_page,
        lead_page=lead_page,
        seller_page=seller_page,
        definitions=DEFINITIONS,
        seller_name=pages.shown.seller_name,
        zone=pages.shown.timezone,
    )
    environment.filters.update(
        figure=texts.figure,
        plain=texts.plain,
        signal=texts.signal,
        formula=texts.formula,
        label=texts.label,
        labels=texts.labels,
        shares=texts.shares,
        clock=pages.time,
        seconds=_seconds,
        why=texts.reason,
    )
    return environment


def _seconds(value: float | None) -> str:
    """A moment of a recording as minutes and seconds: ``4:05``; a dash for none."""
    if value is None:
        return "–"
    whole = int(value)
    return f"{whole // 60}:{whole % 60:02d}"
