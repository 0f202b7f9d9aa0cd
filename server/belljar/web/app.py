"""App: the routes of the server, each a body and the headers of its kind.

No HTTP route takes input but the one that passes questions on to a model, where the operator has set that up:
no query, no body, no cookie is read, and none is reflected. Every URL that leaves
the server is relative, so it works behind a reverse proxy, under a path prefix, and mounted in another ASGI
app. The two WebSockets of `tabs` are there only where the operator has set a key for them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib import import_module
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

import belljar
from belljar.assets.snapshots import Snapshot
from belljar.errors import AssetError, BelljarError, SettingsError
from belljar.http import headers
from belljar.http.middleware import CommonHeaders, Prefix, RequestLimits
from belljar.http.resources import Resource, respond
from belljar.proxy import views as proxy
from belljar.proxy.views import Completions
from belljar.settings import Settings, load_settings
from belljar.tabs.relay import MemoryRelay, Relay
from belljar.tabs.views import TabSockets
from belljar.web.frames import chart_digest, output_digest
from belljar.web.setup import Setup
from belljar.web.site import SITES, Site

_NO_TABS = (
    "This server lets no program send code to tabs. Its operator can: BELLJAR_TAB_KEY=… (a key of 16 or more "
    "characters, which programs show)."
)
_ONLY_SOCKETS = "Here is only a WebSocket. People open /tab."


def create_app(
    settings: Settings | None = None,
    *,
    dist: Path | None = None,
    offered: Snapshot | None = None,
    setup: Setup | None = None,
) -> Starlette:
    """The ASGI app.

    Args:
        settings: From `load_settings()` if not given.
        dist: The folder of the built browser code, if not the installed one.
        offered: The only snapshot to offer, in place of those that were built.
        setup: What is being made ready while it serves.
    """
    settings = load_settings() if settings is None else settings
    setup = setup or Setup()
    views = Views(Site(settings, dist, offered, setup.say), setup)
    sockets, relay = _tab_sockets(settings)
    models, completions = _models(settings)
    app = Starlette(
        routes=[
            *sockets,
            *models,
            Route("/", views.page),
            Route("/plain", views.plain_page),
            Route("/notebook/{name}", views.notebook),
            Route("/frame/isolated.html", views.frame_isolated),
            Route("/frame/plain.html", views.frame_plain),
            Route("/output", views.output),
            Route("/output.html", views.output),
            Route("/output/{digest}.html", views.output),
            Route("/charts/{name}.html", views.chart),
            Route("/headless", views.headless),
            Route("/tab", views.tab),
            Route("/tab-plain", views.plain_tab),
            Route("/tab/{side}", views.tab_socket),
            Route("/embed", views.embed_page),
            Route("/embed.html", views.embed_page),
            Route("/embed.js", views.embed),
            *(Route(f"/{name}", views.site_script(name)) for name in SITES),
            Route("/sdk.js", views.sdk),
            Route("/sdk.d.ts", views.types),
            Route("/ask", views.ask_page),
            Route("/ask.js", views.ask),
            Route("/ask.d.ts", views.ask_types),
            Route("/static/{path:path}", views.static),
            Route("/assets/{path:path}", views.asset),
            Route("/policy.json", views.policy),
            Route("/healthz", views.health),
        ],
        middleware=[
            Middleware(CommonHeaders),
            Middleware(
                RequestLimits, header_bytes=settings.connections.header_bytes, bodies=_bodies(settings)
            ),
            Middleware(Prefix, prefix=settings.root_path),
        ],
        lifespan=_closing(relay, completions),
        exception_handlers={BelljarError: views.unavailable, Exception: _failed},
    )
    # Starlette's own redirect for a slash too many would be an absolute URL made from the Host header.
    app.router.redirect_slashes = False
    app.state.site = views.site
    return app


class Views:
    """The answers. Plain functions, run in threads: each may have to read files, or hash them."""

    def __init__(self, site: Site, setup: Setup) -> None:
        self.site = site
        self.setup = setup

    def page(self, request: Request) -> Response:
        """The page for people."""
        settings = self.site.settings
        sent = headers.page(settings.embedders, isolated=settings.isolation)
        return self._respond(request, self.site.page.get(), sent)

    def plain_page(self, request: Request) -> Response:
        """The same without isolation. The page goes there by itself in browsers that start no sandbox in an
        isolated page, as it finds out (WebKit starts no blob worker in a frame sent with COEP)."""
        sent = headers.page(self.site.settings.embedders, isolated=False)
        return self._respond(request, self.site.page.get(), sent)

    def notebook(self, request: Request) -> Response:
        """The publisher's notebook, by its name."""
        path = self.site.settings.notebook
        if path is None or request.path_params["name"] != path.name:
            raise HTTPException(404)
        return self._respond(request, self.site.notebook.get(), headers.json())

    def frame_isolated(self, request: Request) -> Response:
        """The sandbox frame for pages that are cross-origin isolated."""
        return self._frame(request, isolated=True)

    def frame_plain(self, request: Request) -> Response:
        """The sandbox frame for every other page."""
        return self._frame(request, isolated=False)

    def output(self, request: Request) -> Response:
        """The frame that shows HTML results."""
        framed = self.site.output.get()
        sent = headers.output(framed.hash_source, self.site.settings.embedders)
        # By its content it never changes, so that a browser asks once and not for each result.
        if request.path_params.get("digest") == output_digest(framed, self.site.settings):
            sent["Cache-Control"] = headers.IMMUTABLE
        return self._respond(request, framed.document, sent)

    def chart(self, request: Request) -> Response:
        """A frame that draws charts, by what draws them and, for pages of this server, by its content."""
        kind, _, digest = request.path_params["name"].partition("-")
        remembered = self.site.charts.get(kind)
        if remembered is None:
            raise HTTPException(404)
        framed = remembered.get()
        sent = headers.chart(framed.hash_sources, self.site.settings.embedders)
        if digest == chart_digest(framed, self.site.settings):
            sent["Cache-Control"] = headers.IMMUTABLE
        elif digest:
            raise HTTPException(404)
        return self._respond(request, framed.document, sent)

    def embed_page(self, request: Request) -> Response:
        """The page that shows the cells of its own address, which only the browser reads."""
        sent = headers.page(self.site.settings.embedders, isolated=False)
        return self._respond(request, self.site.embed_page.get(), sent)

    def headless(self, request: Request) -> Response:
        """The page for programs: no view, for a browser that belljar's own backend drives."""
        sent = headers.headless(isolated=self.site.settings.isolation)
        return self._respond(request, self.site.headless.get(), sent)

    def tab(self, request: Request) -> Response:
        """The page where a person lets a program run code in their tab."""
        return self._tab(request, isolated=self.site.settings.isolation)

    def plain_tab(self, request: Request) -> Response:
        """The same without isolation, as `plain_page`."""
        return self._tab(request, isolated=False)

    def ask_page(self, request: Request) -> Response:
        """The page where a person asks a model about their files."""
        return self._respond(request, self.site.ask_page.get(), headers.ask(self.site.settings.model_hosts))

    def tab_socket(self, _: Request) -> Response:
        """A tab's socket, asked for as if it were a document; or on a server that has none."""
        sentence = _ONLY_SOCKETS if self.site.settings.tab_key else _NO_TABS
        return PlainTextResponse(f"{sentence}\n", 404, headers.refusal())

    def sdk(self, request: Request) -> Response:
        """The SDK as an ES module."""
        return self._respond(request, self.site.sdk.get(), headers.sdk(*self._read_by(request)))

    def ask(self, request: Request) -> Response:
        """The SDK's module that asks models, as an ES module."""
        return self._respond(request, self.site.ask.get(), headers.sdk(*self._read_by(request)))

    def ask_types(self, request: Request) -> Response:
        """Its declarations."""
        return self._respond(request, self.site.ask_types.get(), headers.sdk(*self._read_by(request)))

    def embed(self, request: Request) -> Response:
        """The script of pages with runnable cells, as an ES module."""
        return self._respond(request, self.site.embed.get(), headers.sdk(*self._read_by(request)))

    def site_script(self, name: str) -> Callable[[Request], Response]:
        """One of the scripts for pages of other people's tools, as an ES module."""

        def respond(request: Request) -> Response:
            return self._respond(request, self.site.sites[name].get(), headers.sdk(*self._read_by(request)))

        return respond

    def types(self, request: Request) -> Response:
        """The SDK's declarations, for editors and compilers."""
        return self._respond(request, self.site.types.get(), headers.sdk(*self._read_by(request)))

    def static(self, request: Request) -> Response:
        """A built file; its name carries its hash."""
        name = f"static/{request.path_params['path']}"
        static = self.site.static.get()
        former = self.site.former.get()  # of every build that is served one time, for the next one
        return self._named(request, static if name in static else former, name)

    def asset(self, request: Request) -> Response:
        """A file of the runtime, by hash and name."""
        return self._named(request, self.site.runtime.get().files, request.path_params["path"])

    def policy(self, request: Request) -> Response:
        """What a sandbox may load and use."""
        # What is missing is known while it is fetched.
        runtime = self.site.runtime.get(told=self.setup.seconds is not None)
        return self._respond(request, runtime.policy, headers.json(*self._read_by(request)))

    def health(self, request: Request) -> Response:
        """Whether this server can serve a whole sandbox, for load balancers and people."""
        facts: dict[str, object] = {"status": "ok", "belljar": belljar.__version__}
        if problems := [
            self.site.public(problem) for problem in self.site.problems(told=self.setup.seconds is not None)
        ]:
            status = "unavailable" if self.setup.seconds is None else "setting up"
            facts |= {"status": status, "problems": problems}
        sent = headers.json(*self._read_by(request)) | {"Cache-Control": "no-store"}
        return JSONResponse(facts, 503 if problems else 200, sent)

    def unavailable(self, request: Request, error: Exception) -> Response:
        """Something this server needs is not there: a sentence for people, JSON where JSON was asked for."""
        sent = headers.json(*self._read_by(request)) | headers.refusal() | {"Retry-After": "5"}
        # Not `request.url`, which is made from the Host header and fails where that is nonsense.
        path = request.scope["path"]
        if path.endswith("/policy.json") and isinstance(error, AssetError | SettingsError):
            # Visitors can't do what the operator is told in the log, and at /healthz.
            seconds = self.setup.seconds
            told = {"error": self.setup.sentence} | ({} if seconds is None else {"setup": seconds})
            return JSONResponse(told, 503, sent | ({} if seconds is None else {"Retry-After": "2"}))
        sentence = self.site.public(error) if isinstance(error, BelljarError) else ""
        if path.endswith(".json"):
            return JSONResponse({"error": sentence}, 503, sent)
        return PlainTextResponse(f"{sentence}\n", 503, sent)

    def _frame(self, request: Request, *, isolated: bool) -> Response:
        framed = self.site.frame.get()
        sent = headers.frame(framed.hash_source, self.site.settings.embedders, isolated=isolated)
        return self._respond(request, framed.document, sent)

    def _tab(self, request: Request, *, isolated: bool) -> Response:
        if not self.site.settings.tab_key:
            return PlainTextResponse(f"{_NO_TABS}\n", 404, headers.refusal())
        return self._respond(request, self.site.tab.get(), headers.tab(isolated=isolated))

    def _named(self, request: Request, resources: Mapping[str, Resource], name: str) -> Response:
        # A look-up among names known beforehand: no path of the request ever reaches the file system.
        resource = resources.get(name)
        if resource is None:
            raise HTTPException(404)
        return self._respond(request, resource, headers.asset(*self._read_by(request)))

    def _read_by(self, request: Request) -> tuple[tuple[str, ...], str]:
        """Who may read besides our own pages, and who asks."""
        return self.site.settings.embedders, request.headers.get("origin", "")

    def _respond(self, request: Request, resource: Resource, sent: headers.Headers) -> Response:
        return respond(request, resource, sent, self.site.encodings)


def _tab_sockets(settings: Settings) -> tuple[list[BaseRoute], Relay | None]:
    if not settings.tab_key:
        return [], None
    try:
        import_module("websockets")
    except ImportError:
        raise SettingsError(
            "tab_key is set, but tabs need a WebSocket library: `pip install 'belljar[tab]'`."
        ) from None
    relay: Relay
    if settings.redis_url:
        from belljar.tabs.redis_relay import RedisRelay

        relay = RedisRelay(settings.redis_url)
    else:
        relay = MemoryRelay()
    sockets = TabSockets(relay, settings.tab_key)
    routes = [WebSocketRoute("/tab/program", sockets.program), WebSocketRoute("/tab/page", sockets.page)]
    return [*routes], relay


def _models(settings: Settings) -> tuple[list[BaseRoute], Completions]:
    """The routes of the model proxy; on a server that asks no models they say so."""
    completions = Completions(settings.models)

    def names(_: Request) -> Response:
        return proxy.names(settings.models)

    return [Route(proxy.NAMES, names), Route(proxy.COMPLETIONS, completions, methods=["POST"])], completions


def _bodies(settings: Settings) -> dict[str, int]:
    """Which route takes a body, and how much; where no models are asked it says so, and reads nothing."""
    paths = {proxy.COMPLETIONS, f"{settings.root_path}{proxy.COMPLETIONS}"}
    return dict.fromkeys(paths, settings.models.model_body_bytes)


def _closing(
    relay: Relay | None, completions: Completions
) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        if relay is not None:
            await relay.close()
        await completions.close()

    return lifespan


def _failed(_: Request, __: Exception) -> Response:
    """A fault of ours, answered by Starlette outside of all middleware. What happened is in the log alone."""
    return PlainTextResponse(
        "Something went wrong in this server; its log says what.\n", 500, headers.refusal()
    )
