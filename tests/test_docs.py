from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

import callsignals

ROOT = Path(__file__).resolve().parents[1]


def test_the_page_of_signals_says_what_the_registry_says():
    spec = importlib.util.spec_from_file_location("generate_signals", ROOT / "docs" / "generate_signals.py")
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    assert (ROOT / "docs" / "signals.md").read_text(encoding="utf-8") == generator.page()


@pytest.mark.parametrize("name", callsignals.__all__)
def test_every_export_exists_and_is_documented(name):
    assert getattr(callsignals, name).__doc__


def test_exports_are_sorted_and_unknown_names_are_refused():
    assert callsignals.__all__ == sorted(callsignals.__all__)
    with pytest.raises(AttributeError, match="nonsense"):
        callsignals.nonsense  # noqa: B018


def test_links_between_pages_lead_somewhere():
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    for page in pages:
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
            if not target.startswith(("http:", "https:", "mailto:")):
                assert (page.parent / target).exists(), f"{page.name} links to {target}"
