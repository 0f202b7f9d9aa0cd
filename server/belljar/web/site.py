"""Site: everything one server hands out, read when it is first asked for.

What is missing (assets not fetched yet, browser code not built) is looked for again a little later, and a new
build of the browser code is noticed, so a running server never has to be restarted for either.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Container, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import belljar
from belljar.assets import AssetSet, load_asset_set
from belljar.assets.manifest import LOCAL_NAME
from belljar.assets.sets import AssetFile
from belljar.assets.snapshots import Snapshot, find_snapshot
from belljar.errors import BelljarError, SettingsError, public
from belljar.http.encodings import Encodings
from belljar.http.resources import Resource
from belljar.settings import Settings
from belljar.web.former import Former
from belljar.web.frames import (
    CHARTS,
    TEMPLATES,
    Framed,
    chart_digest,
    chart_frame,
    framed,
    output_digest,
    render,
)
from belljar.web.frontend import Frontend, find_dist
from belljar.web.policy import allowed_packages, build_policy, chosen_profile
from belljar.web.remembered import Remembered

#: Scripts for pages of other people's tools, which stand beside `embed.js`.
SITES = ("markdown-exec.js", "try-examples.js")


@dataclass(frozen=True, slots=True)
class Runtime:
    """What comes from the assets: the policy and the files it names, by path `<sha256>/<name>`."""

    policy: Resource
    files: Mapping[str, Resource]


class Site:
    """The documents, scripts and assets of one server. Each attribute's `get()` raises `BelljarError` where
    something is missing; what else there is goes on being served.

    Args:
        settings: The settings of this server.
        dist: The folder of the built browser code, if not where `find_dist` finds it.
        offered: The only snapshot to offer, in place of those that were built: one that is to be proved.
        say: Told of work in the background that takes a processor for more than some seconds.
        asks: There is a page that asks models, and the notebook page leads there.
        charts_by_content: Pages ask for the frames of charts by what is in them, which a browser keeps.

    Attributes:
        encodings: The compressed copies, made in the background.
        page, headless, tab, ask_page, embed_page, frame, output, sdk, types, embed: The documents, the SDK
            module and its declarations, the module of pages with cells.
        charts: The frames that draw charts, by what draws them.
        ask, ask_types: The module that asks models, and its declarations.
        offline: The service worker of exports.
        sites: The modules of `SITES`, by name.
        notebook: The publisher's, which the page opens with.
        static: Built files by relative URL, `static/page-AB12.js`.
        former: The same of builds before, for pages that are open.
        runtime: The policy and the assets.
    """

    def __init__(
        self,
        settings: Settings,
        dist: Path | None = None,
        offered: Snapshot | None = None,
        say: Callable[[str], None] = lambda _: None,
        *,
        asks: bool = True,
        charts_by_content: bool = True,
    ) -> None:
        self.settings = settings
        self._asks = asks
        self._charts_by_content = charts_by_content
        self._offered = offered
        self._say = say
        self._former = Former(settings.assets_dir / "former")
        self._served: Mapping[str, Resource] = {}
        self.encodings = Encodings(
            settings.assets_dir / "encoded" if settings.compress else None, smallest=settings.smallest
        )
        self._frontend = Frontend(find_dist() if dist is None else dist)
        root = self._frontend.root
        self.page = self._document("page")
        self.headless = self._document("headless")
        self.tab = self._document("tab")
        self.ask_page = self._document("ask")
        self.embed_page = self._document("embed")
        self.frame = self._framed("frame")
        self.output = self._framed("output")
        self.charts = {kind: self._chart(kind) for kind in CHARTS}
        self.sdk = self._module("sdk.js")
        self.types = self._module("sdk.d.ts")
        self.ask = self._module("ask.js")
        self.ask_types = self._module("ask.d.ts")
        self.embed = self._module("embed.js")
        self.offline = self._module("offline.js")
        self.sites = {name: self._module(name) for name in SITES}
        self.notebook = Remembered(
            self._load_notebook, _stamp(*([settings.notebook] if settings.notebook else []))
        )
        self.static = Remembered(self._load_static, _stamp(root / "manifest.json"))
        self.former = Remembered(self._load_former, _stamp(root / "manifest.json"))
        # What `belljar assets build` and `belljar assets add` change.
        changing = (
            settings.assets_dir / "built",
            settings.assets_dir / LOCAL_NAME,
            root / "snapshot-stamp.txt",
            root / "harness.json",
        )
        self.runtime = Remembered(self._load_runtime, _stamp(*changing))

    def _load_notebook(self) -> Resource:
        path = self.settings.notebook
        if path is None:
            raise SettingsError("This server opens no notebook of its own.")
        try:
            content = path.read_bytes()
        except OSError as error:
            raise SettingsError(
                f"The notebook {path.name} can't be read: {error.strerror or error}."
            ) from None
        kind = "text/x-python; charset=utf-8" if path.suffix == ".py" else "application/x-ipynb+json"
        return Resource.of_bytes(content, kind)

    def icon(self) -> str:
        """Relative address of the drawing that stands for belljar."""
        return self._frontend.url("icons/favicon.svg")

    def problems(self, *, told: bool = False) -> list[BelljarError]:
        """Why not everything can be served; empty when all is well. Loads what was not loaded yet.

        Args:
            told: Whoever asks tells the operator of them: they are not logged again.
        """
        found: dict[str, BelljarError] = {}
        # The runtime last: compressing it takes longest, and the copies are made in this order.
        parts: tuple[Remembered[Any], ...] = (
            self.page,
            self.headless,
            self.tab,
            self.ask_page,
            self.embed_page,
            self.frame,
            self.output,
            *self.charts.values(),
            self.sdk,
            self.embed,
            *self.sites.values(),
            self.static,
            self.runtime,
        )
        for part in parts:
            try:
                part.get(told=told)
            except BelljarError as error:
                found[str(error)] = error
        return list(found.values())

    def public(self, error: BelljarError) -> str:
        """What visitors may read of an error: no path of this machine."""
        settings = self.settings
        return public(error, (settings.assets_dir, settings.assets_dir.resolve(), self._frontend.root))

    def _document(self, name: str) -> Remembered[Resource]:
        template = f"{name}.html.j2"

        def load() -> Resource:
            shows = name in {"page", "tab", "ask"}
            document = render(
                template,
                static=self._frontend.url,
                version=belljar.__version__,
                output=self._output_address if shows else "",
                charts=self._chart_addresses if shows else "",
                shown=self.settings,
                asks=self._asks,
            )
            self._compress([document])
            return document

        root = self._frontend.root
        paths = (
            root / "manifest.json",
            root / "output.js",
            root / "charts.js",
            TEMPLATES / template,
            TEMPLATES / "output.html.j2",
            TEMPLATES / "chart.html.j2",
        )
        return Remembered(load, _stamp(*paths))

    @property
    def _output_address(self) -> str:
        """Where pages find the output frame; by its plain name where that can't be told."""
        try:
            return f"output/{output_digest(self.output.get(), self.settings)}.html"
        except BelljarError:
            return "output"

    @property
    def _chart_addresses(self) -> str:
        """Where pages find the frames of charts; empty for their plain names."""
        if not self._charts_by_content:
            return ""
        found: list[str] = []
        for kind, frame in self.charts.items():
            try:
                found.append(f"{kind}-{chart_digest(frame.get(), self.settings)}")
            except BelljarError:
                found.append(kind)
        return " ".join(found)

    def _chart(self, kind: str) -> Remembered[Framed]:
        def load() -> Framed:
            found = chart_frame(self._frontend, kind)
            self._compress([found.document])
            return found

        root = self._frontend.root
        paths = (root / "charts.js", root / f"chart-{kind}.js", TEMPLATES / "chart.html.j2")
        return Remembered(load, _stamp(*paths))

    def _framed(self, name: str) -> Remembered[Framed]:
        def load() -> Framed:
            found = framed(self._frontend, f"{name}.js", f"{name}.html.j2")
            self._compress([found.document])
            return found

        return Remembered(load, _stamp(self._frontend.root / f"{name}.js", TEMPLATES / f"{name}.html.j2"))

    def _module(self, name: str) -> Remembered[Resource]:
        def load() -> Resource:
            module = Resource.of_file(self._frontend.file(name))
            self._compress([module])
            return module

        return Remembered(load, _stamp(self._frontend.root / name))

    def _load_static(self) -> Mapping[str, Resource]:
        static = {url: Resource.of_file(path) for url, path in self._frontend.static().items()}
        self._compress(static.values())
        return static

    def _load_former(self) -> Mapping[str, Resource]:
        found = self._former.turn(self._frontend.static())
        return {url: Resource.of_file(path) for url, path in found.items()}

    def _load_runtime(self) -> Runtime:
        assets = load_asset_set(self.settings.assets_dir)
        snapshots = self._snapshots(assets)
        harness = AssetFile.of(self._frontend.harness())
        assets = replace(assets, core=(*assets.core, harness))
        wire = self._with_sizes(build_policy(self.settings, assets, snapshots, self._stamp()))
        policy = json.dumps(wire, separators=(",", ":")).encode()
        packages = allowed_packages(self.settings, assets)
        # As the policy does: what nobody is told of is handed out to nobody, nor exported.
        offered = (one for one in snapshots if packages.keys() >= set(one.load))
        parts = [file for snapshot in offered for file in snapshot.files]
        served = (*assets.core, *parts, *(file for package in packages.values() for file in package.files))
        files = {f"{file.sha256}/{file.name}": Resource.of_file(file.path, file.sha256) for file in served}
        document = Resource.of_bytes(policy, "application/json")
        self._copy([document, *files.values()], self._first(assets, snapshots))
        # Pages that have a policy of before go on: what any of them named is served as long as it is there.
        before = {name: item for name, item in self._served.items() if _is_there(item)}
        self._served = {**before, **files}
        return Runtime(document, self._served)

    def everything(self) -> list[Resource]:
        """All that is worth compressing.

        Raises:
            BelljarError: Something is missing.
        """
        documents = (self.page, self.headless, self.tab, self.ask_page, self.embed_page)
        modules = (self.sdk, self.types, self.ask, self.embed, *self.sites.values())
        found = [part.get() for part in (*documents, *modules)]
        found += [self.frame.get().document, self.output.get().document, *self.static.get().values()]
        runtime = self.runtime.get()
        found += [runtime.policy, *runtime.files.values()]
        return [item for item in found if item.compressible]

    def _first(self, assets: AssetSet, snapshots: Iterable[Snapshot]) -> set[str]:
        """Hashes of what visitors of the served profile are sent: the others are copied when asked for."""
        load = assets.closure(chosen_profile(self.settings, assets)[1])
        first = {file.sha256 for file in assets.core}
        found = [snapshot for snapshot in snapshots if set(snapshot.load) == set(load)]
        images = (file for name in load for file in assets.packages[name].image[:1])
        parts = (file for snapshot in found for file in snapshot.files)
        return first | {file.sha256 for file in (parts if found else images)}

    def _copy(self, resources: Iterable[Resource], first: Container[str]) -> None:
        """Copies of what is needed first, in the background; the others are offered."""
        needed: list[tuple[str, bytes | Path]] = []
        others: list[tuple[str, bytes | Path]] = []
        for item in resources:
            if item.compressible:
                chosen = item.sha256 in first or isinstance(item.content, bytes)
                (needed if chosen else others).append((item.sha256, item.content))

        def copy() -> None:
            self.encodings.prepare(needed, thorough=False, say=self._say)
            self.encodings.offer(others)

        threading.Thread(target=copy, name="belljar-compress", daemon=True).start()

    def _with_sizes(self, value: Any) -> Any:
        """A part of the policy, whose files say how many bytes are sent of them, where that is known."""
        if isinstance(value, list):
            return [self._with_sizes(one) for one in value]
        if not isinstance(value, dict):
            return value
        named = {name: self._with_sizes(one) for name, one in value.items()}
        sent = self.encodings.kept(named["sha256"]) if "sha256" in named else None
        return named if sent is None or sent >= 0.95 * named["size"] else {**named, "sent": sent}

    def _snapshots(self, assets: AssetSet) -> list[Snapshot]:
        """The snapshots built with this very browser code: of the profile, and of the named ones."""
        if self._offered is not None:
            return [self._offered]
        try:
            stamp = self._stamp()
            profiles = {assets.closure(chosen_profile(self.settings, assets)[1]), ()}
        except BelljarError:
            return []
        profiles |= {assets.closure(names) for names in assets.profiles.values()}
        folder = self.settings.assets_dir
        found = (find_snapshot(folder, assets, load, stamp) for load in sorted(profiles))
        return [snapshot for snapshot in found if snapshot is not None]

    def _stamp(self) -> str:
        """What names the browser code of snapshots; empty where it was built without."""
        try:
            return self._frontend.snapshot_stamp()
        except BelljarError:
            return ""

    def _compress(self, resources: Iterable[Resource]) -> None:
        contents = [(item.sha256, item.content) for item in resources if item.compressible]
        threading.Thread(
            target=self.encodings.prepare, args=(contents,), name="belljar-compress", daemon=True
        ).start()


def _stamp(*paths: Path) -> Callable[[], Hashable]:
    """Changes whenever one of the files does."""
    return lambda: tuple(path.stat().st_mtime_ns if path.exists() else None for path in paths)


def _is_there(item: Resource) -> bool:
    return isinstance(item.content, bytes) or item.content.exists()
