"""Folder: writes what a site hands out into a folder, and takes away what an earlier export left there."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import belljar
from belljar.errors import ExportError
from belljar.export import hosts, twins, visits
from belljar.export.documents import sealed
from belljar.export.hosts import Rule
from belljar.http import headers
from belljar.http.resources import Resource
from belljar.settings import Settings
from belljar.web.frames import CHARTS, Framed, output_digest
from belljar.web.policy import FRAMES
from belljar.web.site import SITES, Runtime, Site

#: What an export has written, so that the next one may take it away: bytes by path.
INVENTORY = "belljar-export.json"
#: The output frame under a name that stays.
_OUTPUT = "output.html"
#: Code of `/ask`, a page that no folder has: what it may reach stands in headers of its own.
_SERVER_ONLY = "static/desk/"

#: Modules by names that stay, for pages that are not written here, and their declarations.
_MODULES = ("sdk.js", "sdk.d.ts", "ask.js", "ask.d.ts", "embed.js", *SITES)
#: Files for hosts and not for visitors.
_FOR_HOSTS = ("_", ".", "hosts/")


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written.

    Attributes:
        files: Bytes by path.
        twins: Bytes of compressed copies, by coding and the path of what they are of.
    """

    files: Mapping[str, int]
    twins: twins.Twins

    @property
    def size(self) -> int:
        """Bytes of everything."""
        return sum(self.files.values()) + sum(sum(sizes.values()) for sizes in self.twins.values())


def export(
    settings: Settings,
    out: Path,
    *,
    page: bool = True,
    offline: bool = False,
    dist: Path | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Exported:
    """Writes a folder that any file host can serve.

    Args:
        settings: Those of the server that it stands for: profile, packages, limits, embedders.
        out: The folder; made if it is not there. What an earlier export wrote there and this one does not is
            taken away; other people's files are left alone.
        page: With the notebook page, as `index.html`.
        offline: The page works without network after one visit, and can be installed.
        dist: The folder of the built browser code, if not the installed one.
        say: Hears what is being done. With `smallest` that is minutes of a processor the first time; the next
            export takes those copies from the assets folder.

    Raises:
        BelljarError: Something is missing, or in the way; says what to do.
    """
    if offline and not page:
        raise ExportError("Only the notebook page works offline: export it with --page.")
    # Each frame of a chart is megabytes, and lies here once.
    site = Site(replace(settings, compress=False, notebook=None), dist, asks=False, charts_by_content=False)
    before = _inventory(out)
    files = _contents(site, page=page, offline=offline)
    later = ["policy.json", *([visits.SCRIPT] if offline else [])]
    _refuse_to_overwrite(out, [*files, *later, INVENTORY], before)
    written = {path: _write(out / path, resource) for path, resource in sorted(files.items())}
    packed = twins.write(
        [
            twins.Source(path, out / path, resource.sha256)
            for path, resource in files.items()
            if resource.compressible and not path.startswith(_FOR_HOSTS)
        ],
        settings.assets_dir / "encoded",
        say,
        smallest=settings.smallest,
    )
    copies = twins.paths(packed)
    # Last, because it says of which files there are copies, and because a visitor reads it first.
    written["policy.json"] = _write(
        out / "policy.json", _as_exported(site.runtime.get().policy, packed, page=page)
    )
    if offline:
        named = {path: out / path for path in (*written, *copies)}
        written[visits.SCRIPT] = _write(out / visits.SCRIPT, visits.worker(site.offline.get(), named))
    kept = {*written, *copies}
    sizes = {path: (out / path).stat().st_size for path in sorted(kept)}
    (out / INVENTORY).write_text(
        json.dumps({"belljar": belljar.__version__, "files": sizes}, indent=1) + "\n"
    )
    for path in before.keys() - kept:
        _remove(out, path)
    return Exported(written, packed)


def _as_exported(policy: Resource, packed: twins.Twins, *, page: bool) -> Resource:
    """The policy, which says of each file which compressed copies lie beside it, and their bytes; and names
    the notebook page only if it is there."""

    def told(value: object) -> object:
        if isinstance(value, dict):
            named = {name: told(inner) for name, inner in value.items()}
            url = str(value.get("url"))
            return named | {coding: sizes[url] for coding, sizes in packed.items() if url in sizes}
        return [told(inner) for inner in value] if isinstance(value, list) else value

    content = policy.content
    assert isinstance(content, bytes)  # noqa: S101 - the policy is made in memory
    wire = json.loads(content)
    if not page:
        wire.pop("page", None)
    text = json.dumps(told(wire), separators=(",", ":"))
    return Resource.of_bytes(text.encode(), policy.media_type)


def rules(
    settings: Settings,
    frame: Framed,
    output: Framed,
    charts: Mapping[str, Framed] = MappingProxyType({}),
    *,
    page: bool,
    offline: bool = False,
) -> list[Rule]:
    """What each file is sent with by a host that can: the server's own headers, the narrower path first."""
    embedders = settings.embedders
    # A folder can't ask who wants to read; its files are no secret, and what may embed is said exactly.
    readers = ("*",) if embedders else ()
    found = [
        Rule(FRAMES["plain"], headers.frame(frame.hash_source, embedders, isolated=False)),
        Rule(FRAMES["isolated"], headers.frame(frame.hash_source, embedders, isolated=True)),
        # By a name that stays, for pages that are not written here.
        Rule(_OUTPUT, headers.output(output.hash_source, embedders)),
        Rule("output/", headers.output(output.hash_source, embedders) | {"Cache-Control": headers.IMMUTABLE}),
        *(Rule(_chart(kind), headers.chart(one.hash_sources, embedders)) for kind, one in charts.items()),
        Rule("assets/", headers.asset(readers), configured=headers.coded("br"), suffix=".br"),
        Rule("assets/", headers.asset(readers)),
        Rule("static/", headers.asset(readers)),
        *(Rule(name, headers.sdk(readers)) for name in _MODULES),
        Rule("policy.json", headers.json(readers), configured=headers.copies("br", readers)),
        Rule("healthz", headers.json(readers)),
    ]
    found.append(Rule("embed.html", headers.page(embedders, isolated=False)))
    if page:
        # WebKit starts no sandbox in an isolated page, and a folder has no second page for it.
        held = _page(settings, frame, offline=offline)
        found += [Rule(path, held) for path in ("", "index.html")]
    if offline:
        found += [Rule(visits.SCRIPT, headers.service_worker()), Rule(visits.MANIFEST, headers.json())]
    return found


def _page(settings: Settings, frame: Framed, *, offline: bool) -> headers.Headers:
    inside = frame.hash_source if offline else ""
    return headers.page(settings.embedders, isolated=False, inside=inside)


def _contents(site: Site, *, page: bool, offline: bool) -> dict[str, Resource]:
    """Everything by its path."""
    settings = site.settings
    frame, output, runtime = site.frame.get(), site.output.get(), site.runtime.get()
    charts = _charts(site, runtime)
    sent = rules(settings, frame, output, charts, page=page, offline=offline)
    shown = _document(output.document, headers.output(output.hash_source, settings.embedders))
    files = {
        "sdk.js": site.sdk.get(),
        "sdk.d.ts": site.types.get(),
        "ask.js": site.ask.get(),
        "ask.d.ts": site.ask_types.get(),
        "embed.js": site.embed.get(),
        **{name: script.get() for name, script in site.sites.items()},
        "healthz": _text(json.dumps({"status": "ok", "belljar": belljar.__version__}), "application/json"),
        f"output/{output_digest(output, settings)}.html": shown,
        _OUTPUT: shown,
        **{f"assets/{path}": resource for path, resource in runtime.files.items()},
        **{path: one for path, one in site.static.get().items() if not path.startswith(_SERVER_ONLY)},
        # For places that take a frame and no script.
        "embed.html": _document(site.embed_page.get(), headers.page(settings.embedders, isolated=False)),
        "_headers": _text(hosts.headers_file(sent)),
        ".htaccess": _text(hosts.htaccess(sent)),
        "hosts/nginx.conf": _text(hosts.nginx(sent)),
        "hosts/Caddyfile": _text(hosts.caddyfile(sent)),
        # GitHub Pages leaves out what begins with an underscore, unless told not to build anything.
        ".nojekyll": _text(""),
    }
    for kind, chart in charts.items():
        held = headers.chart(chart.hash_sources, settings.embedders)
        files[_chart(kind)] = _document(chart.document, held)
    for kind, path in FRAMES.items():
        held = headers.frame(frame.hash_source, settings.embedders, isolated=kind == "isolated")
        files[path] = _document(frame.document, held)
    if page:
        document = visits.installable(site.page.get()) if offline else site.page.get()
        files["index.html"] = _document(document, _page(settings, frame, offline=offline))
    if offline:
        files[visits.MANIFEST] = visits.manifest(site.icon())
    return files


def _charts(site: Site, runtime: Runtime) -> dict[str, Framed]:
    """The frames of the charts that can be made with the packages that are allowed."""
    policy = runtime.policy.content
    assert isinstance(policy, bytes)  # noqa: S101 - the policy is made in memory
    packages = json.loads(policy)["packages"]
    return {kind: site.charts[kind].get() for kind, package in CHARTS.items() if package in packages}


def _chart(kind: str) -> str:
    return f"charts/{kind}.html"


def _document(document: Resource, sent: headers.Headers) -> Resource:
    content = document.content
    assert isinstance(content, bytes)  # noqa: S101 - documents are made in memory
    return Resource.of_bytes(sealed(content, sent), document.media_type)


def _text(text: str, media_type: str = "text/plain; charset=utf-8") -> Resource:
    return Resource.of_bytes(text.encode(), media_type)


def _inventory(out: Path) -> dict[str, int]:
    """What an earlier export has written here."""
    try:
        read = json.loads((out / INVENTORY).read_text(encoding="utf-8"))
        return {str(path): int(size) for path, size in read["files"].items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise ExportError(
            f"{out / INVENTORY} is damaged, so there is no telling which files an earlier export wrote. "
            "Take the folder away, or choose another."
        ) from None


def _refuse_to_overwrite(out: Path, paths: list[str], before: Mapping[str, int]) -> None:
    """Files of other people are left as they are."""
    if out.exists() and not out.is_dir():
        raise ExportError(f"{out} is a file. Choose a folder.")
    foreign = [path for path in paths if path not in before and path != INVENTORY and (out / path).exists()]
    if foreign:
        more = f" and {len(foreign) - 1} more" if len(foreign) > 1 else ""
        raise ExportError(
            f"{out} has a file of its own in the way: {min(foreign)}{more}. Choose another folder."
        )


def _write(target: Path, resource: Resource) -> int:
    """Writes a file unless it is there already; gives its bytes."""
    if target.is_file() and target.stat().st_size == resource.size and _digest(target) == resource.sha256:
        return resource.size
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    if isinstance(resource.content, bytes):
        part.write_bytes(resource.content)
    else:
        shutil.copyfile(resource.content, part)
    part.replace(target)
    return resource.size


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _remove(out: Path, path: str) -> None:
    """Takes away what an earlier export wrote, and the folders that are empty then."""
    target = out / path
    # What an inventory names is a path below the folder, or nothing of ours.
    if Path(path).is_absolute() or ".." in Path(path).parts:
        return
    target.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        for folder in target.parents:
            if folder == out:
                break
            folder.rmdir()
