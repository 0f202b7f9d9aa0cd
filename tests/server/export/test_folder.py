"""Export: a folder holds all that a server would hand out, its policies included, and nothing more."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import shutil
from collections.abc import Callable
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import brotli
import pytest
from starlette.testclient import TestClient

from belljar.assets import AssetFile, AssetSet
from belljar.assets.snapshots import Snapshot
from belljar.errors import ExportError, SettingsError
from belljar.export import hosts, twins
from belljar.export.documents import policy_inside
from belljar.export.folder import INVENTORY
from belljar.http import headers

from ...helpers.webservers import headers_by_path as parsed
from .conftest import Make


def files_of(policy: Any) -> list[dict[str, Any]]:
    """Every file that a policy names."""
    if isinstance(policy, dict):
        own = [policy] if "sha256" in policy else []
        return own + [file for value in policy.values() for file in files_of(value)]
    return [file for value in policy for file in files_of(value)] if isinstance(policy, list) else []


def policy_of(out: Path) -> Any:
    return json.loads((out / "policy.json").read_text())


def test_every_file_that_the_policy_names_is_there_with_its_content(make: Make, out: Path) -> None:
    make()
    files = files_of(policy_of(out))
    assert len(files) > 6
    for file in files:
        content = (out / file["url"]).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (file["size"], file["sha256"])
    for frame in policy_of(out)["frame"].values():
        assert (out / frame).is_file()


def test_the_folder_has_only_the_packages_that_were_chosen(make: Make, out: Path) -> None:
    make(packages=("pandas",), profile=("pandas",))
    names = {path.name for path in (out / "assets").rglob("*.whl")}
    assert names == {"pandas-1.0-py3-none-any.whl", "numpy-1.0-py3-none-any.whl"}
    assert policy_of(out)["packages"].keys() == {"pandas", "numpy"}
    with pytest.raises(SettingsError, match="polars"):
        make(packages=("polars",))


def test_code_of_the_page_that_a_folder_cannot_have_stays_at_home(make: Make, out: Path, dist: Path) -> None:
    make(page=True)
    assert (dist / "static" / "desk").is_dir()
    assert (out / "static").is_dir()
    assert not (out / "static" / "desk").exists()


def test_the_folder_has_only_snapshots_that_its_packages_make_up(
    make: Make, out: Path, assets: AssetSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def built(_: Path, __: AssetSet, load: tuple[str, ...], ___: str) -> Snapshot:
        (tmp_path / "heap").mkdir(exist_ok=True)
        path = tmp_path / "heap" / f"snapshot-{'-'.join(load) or 'core'}.bin"
        path.write_bytes(path.name.encode())
        return Snapshot(load, {"heap": (AssetFile.of(path),)})

    monkeypatch.setattr("belljar.web.site.find_snapshot", built)
    make(packages=("numpy",), profile=("core",))
    assert {path.name for path in (out / "assets").rglob("snapshot-*.bin")} == {"snapshot-core.bin"}
    make(packages=("pandas",), profile=("pandas",))
    found = {path.name for path in (out / "assets").rglob("snapshot-*.bin")}
    assert found == {"snapshot-core.bin", "snapshot-numpy-pandas.bin"}


def test_no_address_leaves_the_folder(make: Make, out: Path) -> None:
    make()
    pages = [*out.rglob("*.html"), out / "policy.json"]
    assert len(pages) >= 5
    for page in pages:
        text = page.read_text()
        addresses = re.findall(r'(?:src|href|data-output)="([^"]*)"', text)
        addresses += re.findall(r'"url":"([^"]*)"', text)
        assert not [a for a in addresses if a.startswith(("/", "http:", "https:"))], page


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("index.html", lambda source: headers.page(isolated=False)),
        ("frame/plain.html", lambda source: headers.frame(source, isolated=False)),
        ("frame/isolated.html", lambda source: headers.frame(source, isolated=True)),
        ("output/*.html", headers.output),
    ],
)
def test_a_document_has_its_policy_inside(
    make: Make, out: Path, path: str, sent: Callable[[str], headers.Headers]
) -> None:
    make()
    (file,) = out.glob(path)
    text = file.read_text()
    script = text.partition("<script>")[2].partition("</script>")[0]
    found = dict(re.findall(r'<meta http-equiv="([^"]*)" content="([^"]*)">', text))
    inside = unescape(found["Content-Security-Policy"])
    assert inside == policy_inside(sent(headers.script_hash(script)))
    assert inside.startswith("default-src 'none'")
    # What a document can't say of itself is left out, or the browser would complain in everybody's console.
    assert not re.search(r"\b(sandbox|frame-ancestors)\b", inside)
    assert found["x-dns-prefetch-control"] == "off"
    assert '<meta name="referrer" content="no-referrer">' in text
    # Before anything that it is about.
    assert text.index("Content-Security-Policy") < min(
        text.index(tag) for tag in ("<title", "<link", "<script", "<style", "<body") if tag in text
    )


UNDONE = {"gzip": (".gz", gzip.decompress), "br": (".br", brotli.decompress)}


def test_a_copy_has_the_same_content_and_the_policy_says_where_there_is_one(make: Make, out: Path) -> None:
    exported = make()
    for coding, (suffix, undone) in UNDONE.items():
        sizes = exported.twins[coding]
        assert sizes
        for path, size in sizes.items():
            packed = (out / f"{path}{suffix}").read_bytes()
            assert (len(packed), undone(packed)) == (size, (out / path).read_bytes())
        told = {file["url"]: file.get(coding) for file in files_of(policy_of(out))}
        assert told == {url: sizes.get(url) for url in told}
        assert any(told.values())
        assert not all(told.values())


def test_the_best_copies_are_made_once_and_taken_from_the_assets_folder_then(
    make: Make, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(twins, "KEPT", 1000)
    asked: list[int] = []

    def noted(data: bytes, *, quality: int, lgwin: int) -> bytes:
        if len(data) >= twins.KEPT:
            asked.append(quality)
        return bytes(brotli.compress(data, quality=quality, lgwin=lgwin))

    monkeypatch.setattr(twins, "brotli", SimpleNamespace(compress=noted))
    make()
    assert set(asked) == {5}
    exported = make(smallest=True)
    assert set(asked) == {5, 11}
    before = {path: (out / f"{path}.br").read_bytes() for path in exported.twins["br"]}
    for smallest in (True, False):
        asked.clear()
        shutil.rmtree(out)
        make(smallest=smallest)
        assert asked == []
        assert {path: (out / f"{path}.br").read_bytes() for path in before} == before


def test_a_second_export_changes_nothing_and_a_smaller_one_takes_away_what_is_left_over(
    make: Make, out: Path
) -> None:
    make()
    (out / "CNAME").write_text("example.org\n")
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()}
    make()
    changed = {path.name for path, time in before.items() if path.stat().st_mtime_ns != time}
    assert changed <= {INVENTORY}
    make(page=False, packages=(), profile=())
    assert not (out / "index.html").exists()
    assert not list((out / "assets").rglob("*.whl"))
    assert not [folder for folder in out.rglob("*") if folder.is_dir() and not any(folder.iterdir())]
    assert (out / "CNAME").read_text() == "example.org\n"


def test_what_is_somebody_else_s_is_left_alone(make: Make, out: Path) -> None:
    out.mkdir()
    (out / "index.html").write_text("mine")
    with pytest.raises(ExportError, match=r"index\.html"):
        make()
    assert [path.name for path in out.iterdir()] == ["index.html"]
    make(page=False)
    assert (out / "index.html").read_text() == "mine"


@pytest.mark.parametrize("text", ["{", "[]", '{"files": 1}', '{"files": {"a": "b"}}'])
def test_a_damaged_inventory_is_a_sentence(make: Make, out: Path, text: str) -> None:
    out.mkdir()
    (out / INVENTORY).write_text(text)
    with pytest.raises(ExportError, match="damaged"):
        make()


def test_an_inventory_takes_nothing_away_outside_of_its_folder(make: Make, out: Path, tmp_path: Path) -> None:
    out.mkdir()
    (tmp_path / "mine").write_text("mine")
    named = {"../mine": 4, str(tmp_path / "mine"): 4}
    (out / INVENTORY).write_text(json.dumps({"files": named}))
    make()
    assert (tmp_path / "mine").read_text() == "mine"


@pytest.mark.parametrize("embedders", [(), ("https://docs.example.org",)])
def test_the_headers_for_hosts_are_the_server_s_own(
    make: Make, out: Path, make_client: Callable[..., TestClient], embedders: tuple[str, ...]
) -> None:
    make(embedders=embedders)
    sent = parsed((out / "_headers").read_text())
    client = make_client(embedders=embedders, isolation=False)
    (output,) = (path.name for path in (out / "output").glob("*.html"))
    served = {"/frame/plain.html": "/frame/plain.html", "/frame/isolated.html": "/frame/isolated.html"}
    served |= {
        "/output/*": f"/output/{output}",
        "/sdk.js": "/sdk.js",
        "/policy.json": "/policy.json",
        "/": "/",
    }
    for path, address in served.items():
        of_server = client.get(address, headers={"origin": embedders[0]} if embedders else {}).headers
        for name, value in sent[path].items():
            if name == "Access-Control-Allow-Origin":
                assert value == "*"  # a folder can't ask who wants to read
            else:
                assert of_server[name] == value, (path, name)
    assert sent["/assets/*"]["Cache-Control"] == headers.IMMUTABLE


def test_every_host_s_file_says_the_same(make: Make, out: Path) -> None:
    make(embedders=("*",))
    sent = parsed((out / "_headers").read_text())
    for name in (".htaccess", "hosts/nginx.conf", "hosts/Caddyfile"):
        text = (out / name).read_text()
        for values in sent.values():
            for header, value in values.items():
                assert header in text
                assert value in text.replace('\\"', '"')
        # What those who read `_headers` do by themselves, and let nobody set.
        for header in ("Content-Encoding", "Belljar-Copies", "Access-Control-Expose-Headers"):
            assert header in text
            assert not any(header in values for values in sent.values())


def test_a_prefix_stands_before_every_path() -> None:
    text = hosts.headers_file([hosts.Rule("", {"A": "1"}), hosts.Rule("assets/", {"B": "2"})], "/py/")
    assert parsed(text) == {"/py/": {"A": "1"}, "/py/assets/*": {"B": "2"}}


def test_pages_with_cells_find_their_script_and_the_frame_of_results_by_names_that_stay(
    make: Make, out: Path
) -> None:
    make(embedders=("*",))
    for name in ("embed.js", "markdown-exec.js", "try-examples.js"):
        assert (out / name).is_file()
    (named,) = (out / "output").glob("*.html")
    assert (out / "output.html").read_bytes() == named.read_bytes()
    sent = (out / "_headers").read_text()
    block = re.search(r"^/embed\.js\n((?:  .*\n)+)", sent, re.MULTILINE)
    assert block is not None
    assert "  Access-Control-Allow-Origin: *\n" in block[1]
    assert "  Cache-Control: no-cache\n" in block[1]
    block = re.search(r"^/output\.html\n((?:  .*\n)+)", sent, re.MULTILINE)
    assert block is not None
    assert "sandbox allow-scripts" in block[1]
    assert "immutable" not in block[1]
    assert b"frame-ancestors" not in (out / "embed.html").read_bytes()
    assert b"script-src 'self'" in (out / "embed.html").read_bytes()


def test_the_policy_of_a_folder_names_the_notebook_page_only_where_there_is_one(
    make: Make, out: Path
) -> None:
    make()
    assert policy_of(out)["page"] == "./"
    make(page=False)
    assert "page" not in policy_of(out)


def test_an_offline_export_has_a_worker_that_knows_its_files_and_no_others(
    make: Make, out: Path, dist: Path
) -> None:
    (dist / "static" / "icons").mkdir()
    (dist / "static" / "icons" / "favicon-12.svg").write_text("<svg/>")
    exported = make(offline=True, embedders=("*",))
    told = (out / "offline.js").read_text().partition("const belljarExport=")[2].partition(";\n")[0]
    known = json.loads(told)["files"]
    for path, (digest, size) in known.items():
        content = (out / path).read_bytes()
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (digest, size)
    asked = {"index.html", "manifest.json", "sdk.js", "policy.json", "frame/plain.html"}
    assert (
        asked | {path for path in exported.files if path.startswith(("assets/", "static/"))} <= known.keys()
    )
    assert not known.keys() & {"embed.js", "_headers", "offline.js", INVENTORY}
    manifest = json.loads((out / "manifest.json").read_text())
    assert (out / manifest["icons"][0]["src"]).is_file()
    make(embedders=("*",))
    assert not (out / "offline.js").exists()


def test_only_the_page_of_an_offline_export_leaves_room_for_the_frame_inside(make: Make, out: Path) -> None:
    def policies() -> list[str]:
        text = (out / "index.html").read_text()
        inside = unescape(re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1])  # type: ignore[index]
        return [inside, parsed((out / "_headers").read_text())["/index.html"]["Content-Security-Policy"]]

    make()
    assert 'rel="manifest"' not in (out / "index.html").read_text()
    for policy in policies():
        assert "wasm" not in policy
        assert "blob:" not in policy.replace("img-src 'self' data: blob:", "")
    make(offline=True)
    script = (out / "frame" / "plain.html").read_text().partition("<script>")[2].partition("</script>")[0]
    for policy in policies():
        assert f"script-src 'self' '{headers.script_hash(script)}' 'wasm-unsafe-eval';" in policy
        assert "worker-src 'self' blob:;" in policy
        assert "require-trusted-types-for 'script'" in policy
    assert (
        "connect-src 'self'"
        in parsed((out / "_headers").read_text())["/offline.js"]["Content-Security-Policy"]
    )


def test_what_has_no_page_can_not_work_offline(make: Make) -> None:
    with pytest.raises(ExportError, match="--page"):
        make(page=False, offline=True)
