"""The documents become a site, with cells that run on the page that says so."""

from __future__ import annotations

import os
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest

BASE = "https://cells.example.org/py/"


class Links(HTMLParser):
    """Where a page leads, and how many cells it has."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.targets: set[str] = set()
        self.cells = 0
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.cells += tag == "bell-jar"
        address = urlsplit(dict(attrs).get("href") or "") if tag == "a" else None
        if address and address.path and not address.netloc:
            self.targets.add(address.path)


@pytest.fixture(scope="module")
def site(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As `make docs` writes it, but for the export beside it; warnings are errors."""
    out = tmp_path_factory.mktemp("site")
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-q",
        "-W",
        "-d",
        out / "doctrees",
        repository / "docs",
        out / "html",
    ]
    environment = os.environ | {"SITE_BASE": BASE}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return out / "html"


def test_every_document_is_a_page_that_the_first_one_leads_to(site: Path, repository: Path) -> None:
    names = {path.stem for path in (repository / "docs").glob("*.md")} - {"index"}
    assert {f"{name}.html" for name in names} <= Links(site / "index.html").targets


def test_no_page_leads_nowhere(site: Path) -> None:
    lost = [
        (page.name, target)
        for page in site.glob("*.html")
        for target in Links(page).targets
        if not (site / target).exists()
    ]
    assert lost == []


def test_an_example_that_needs_nothing_of_ours_is_a_cell_of_its_page(site: Path, repository: Path) -> None:
    marked = {
        path.stem: path.read_text().count("<!-- runs here -->") for path in (repository / "docs").glob("*.md")
    }
    assert marked["links"] == 1
    for name, count in marked.items():
        assert Links(site / f"{name}.html").cells >= count, name
    assert "runs here" not in (site / "links.html").read_text()


def test_the_page_with_cells_has_them_and_their_script(site: Path) -> None:
    page = site / "try.html"
    assert Links(page).cells == 5
    assert f'src="{BASE}embed.js"' in page.read_text()
    assert 'embed.js"></script>' not in (site / "glossary.html").read_text()
