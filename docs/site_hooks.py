"""What the site has beside docs/: results, model cards, changes; and links to files that it does not have, as text."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs.structure.files import File, Files

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[1]
SHOWN = ("benchmarks/RESULTS.md", "benchmarks/diarization/RESULTS.md", "models/*/README.md", "*.md")
NOT_SHOWN = ("README.md",)
_LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s#:]+)(#[^)\s]*)?\)")


def on_files(files: Files, config: MkDocsConfig, **_: Any) -> Files:  # noqa: ANN401 - mkdocs' own signature
    """Add the pages that lie elsewhere in the tree."""
    for pattern in SHOWN:
        for path in sorted(ROOT.glob(pattern)):
            name = path.relative_to(ROOT).as_posix()
            if name not in NOT_SHOWN:
                files.append(File.generated(config, name, abs_src_path=str(path)))
    return files


def on_page_markdown(markdown: str, page: Page, files: Files, **_: Any) -> str:  # noqa: ANN401
    """Lead links to where their pages are in the site."""
    own = page.file.src_uri
    in_tree = own if (ROOT / own).is_file() and own not in ("index.md",) else f"docs/{own}"

    def replaced(found: re.Match[str]) -> str:
        picture, text, target, anchor = found[1], found[2], found[3], found[4] or ""
        path = posixpath.normpath(posixpath.join(posixpath.dirname(in_tree), target))
        in_site = path.removeprefix("docs/")
        if files.get_file_from_path(in_site) is None:
            return text if (ROOT / path).exists() else found[0]
        return f"{picture}[{text}]({posixpath.relpath(in_site, posixpath.dirname(own) or '.')}{anchor})"

    return _LINK.sub(replaced, markdown)
