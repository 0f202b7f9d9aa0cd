"""The built browser code is found, read, and refused where it could not work."""

from __future__ import annotations

from pathlib import Path

import pytest

from belljar.errors import FrontendError
from belljar.web.frontend import Frontend, find_dist


def test_a_checkout_serves_its_own_build(repository: Path) -> None:
    assert find_dist() == repository / "static" / "dist"


def test_stable_names_become_relative_urls(dist: Path) -> None:
    assert Frontend(dist).url("page.js") == "static/page-AB12.js"


def test_a_missing_build_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FrontendError, match=r"frame\.js is missing\. Run `make build`"):
        Frontend(tmp_path).script("frame.js")


def test_a_name_that_the_build_lacks_is_refused(dist: Path) -> None:
    with pytest.raises(FrontendError, match=r"has no 'other\.js'"):
        Frontend(dist).url("other.js")


@pytest.mark.parametrize("text", ["[1, 2]", "{", '"page.js"'])
def test_a_damaged_manifest_is_refused(dist: Path, text: str) -> None:
    (dist / "manifest.json").write_text(text)
    with pytest.raises(FrontendError, match="damaged"):
        Frontend(dist).manifest()


@pytest.mark.parametrize("script", ["'</script>'", "'</SCRIPT'", "'<!-- <script>'"])
def test_a_script_that_could_end_its_element_is_refused(dist: Path, script: str) -> None:
    (dist / "frame.js").write_text(script)
    with pytest.raises(FrontendError, match="cannot stand inline"):
        Frontend(dist).script("frame.js")


def test_line_ends_are_those_the_browser_hashes(dist: Path) -> None:
    (dist / "frame.js").write_bytes(b"a\r\nb\rc\n")
    assert Frontend(dist).script("frame.js") == "a\nb\nc\n"


def test_only_files_under_static_are_served_by_name(dist: Path) -> None:
    built = {"static/page-AB12.js", "static/page-CD34.css", "static/headless-EF56.js"}
    built |= {
        "static/tab-AB78.js",
        "static/tab-CD90.css",
        "static/desk/desk-AB34.js",
        "static/desk/desk-style-CD56.css",
        "static/embed-page-12.js",
        "static/embed-page-34.css",
    }
    assert set(Frontend(dist).static()) == built
