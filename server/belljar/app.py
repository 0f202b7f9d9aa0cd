"""App: the routes of the server, each a body and the headers of its kind.

No route takes input: no query, no body, no cookie is read, and none is reflected. Every URL that leaves the
server is relative, so it works behind a reverse proxy, under a path prefix, and mounted in another ASGI app.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

import belljar
from belljar import headers
from belljar.errors import BelljarError
from belljar.middleware import CommonHeaders, Prefix, RequestLimits
from belljar.resources import Resource, respond
from belljar.settings import Settings, load_settings
from belljar.site import Site


def create_app(settings: Settings | None = None, *, dist: Path | None = None) -> Starlette:
    """The ASGI app.

    Args:
        settings: From `load_settings()` if not given.
        dist: The folder of the built browser code, if not the installed one.
    """
    settings = load_settings() if settings is None else settings
    views = Views(Site(settings, dist))
    app = Starlette(
        routes=[
            Route("/", views.page),
            Route("/frame/isolated", views.frame_isolated),
            Route("/frame/plain", views.frame_plain),
            Route("/output", views.output),
            Route("/sdk.js", views.sdk),
            Route("/static/{path:path}", views.static),
            Route("/assets/{path:path}", views.asset),
            Route("/policy.json", views.policy),
            Route("/healthz", views.health),
        ],
        middleware=[
            Middleware(CommonHeaders),
            Middleware(RequestLimits, header_bytes=settings.connections.header_bytes),
            Middleware(Prefix, prefix=settings.root_path),
        ],
        exception_handlers={BelljarError: views.unavailable, Exception: _failed},
    )
    # Starlette's own redirect for a slash too many would be an absolute URL made from the Host header.
    app.router.redirect_slashes = False
    app.state.site = views.site
    return app


class Views:
    """The answers. Plain functions, run in threads: each may have to read files, or hash them."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def page(self, request: Request) -> Response:
        """The page for people."""
        settings = self.site.settings
        isolated = settings.isolation and not is_webkit(request.headers.get("user-agent", ""))
        sent = headers.page(settings.embedders, isolated=isolated)
        return self._respond(request, self.site.page.get(), sent | {"Vary": "User-Agent"})

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
        return self._respond(request, framed.document, sent)

    def sdk(self, request: Request) -> Response:
        """The SDK as an ES module."""
        return self._respond(request, self.site.sdk.get(), headers.sdk())

    def static(self, request: Request) -> Response:
        """A built file; its name carries its hash."""
        return self._named(request, self.site.static.get(), f"static/{request.path_params['path']}")

    def asset(self, request: Request) -> Response:
        """A file of the runtime, by hash and name."""
        return self._named(request, self.site.runtime.get().files, request.path_params["path"])

    def policy(self, request: Request) -> Response:
        """What a sandbox may load and use."""
        return self._respond(request, self.site.runtime.get().policy, headers.json())

    def health(self, _: Request) -> Response:
        """Whether this server can serve a whole sandbox, for load balancers and people."""
        facts: dict[str, object] = {"status": "ok", "belljar": belljar.__version__}
        if problems := [self.site.public(problem) for problem in self.site.problems()]:
            facts |= {"status": "unavailable", "problems": problems}
        return JSONResponse(facts, 503 if problems else 200, headers.json() | {"Cache-Control": "no-store"})

    def unavailable(self, request: Request, error: Exception) -> Response:
        """Something this server needs is not there: a sentence for people, JSON where JSON was asked for."""
        sent = headers.json() | headers.refusal() | {"Retry-After": "5"}
        sentence = self.site.public(error) if isinstance(error, BelljarError) else ""
        # Not `request.url`, which is made from the Host header and fails where that is nonsense.
        if request.scope["path"].endswith(".json"):
            return JSONResponse({"error": sentence}, 503, sent)
        return PlainTextResponse(f"{sentence}\n", 503, sent)

    def _frame(self, request: Request, *, isolated: bool) -> Response:
        framed = self.site.frame.get()
        sent = headers.frame(framed.hash_source, self.site.settings.embedders, isolated=isolated)
        return self._respond(request, framed.document, sent)

    def _named(self, request: Request, resources: Mapping[str, Resource], name: str) -> Response:
        # A look-up among names known beforehand: no path of the request ever reaches the file system.
        resource = resources.get(name)
        if resource is None:
            raise HTTPException(404)
        return self._respond(request, resource, headers.asset())

    def _respond(self, request: Request, resource: Resource, sent: headers.Headers) -> Response:
        return respond(request, resource, sent, self.site.encodings)


def is_webkit(user_agent: str) -> bool:
    """Whether the browser is WebKit (Safari, every browser on iOS, WebKitGTK), to which isolation is not
    offered.

    WebKit cannot start a blob worker in a frame sent with COEP (measured, WebKitGTK 2.50), and a page with
    COEP may embed no frame without it: so there the page goes without, and Stop restarts Python instead of
    interrupting it.
    """
    return "AppleWebKit/" in user_agent and "Chrome/" not in user_agent


def _failed(_: Request, __: Exception) -> Response:
    """A fault of ours, answered by Starlette outside of all middleware. What happened is in the log alone."""
    return PlainTextResponse(
        "Something went wrong in this server; its log says what.\n", 500, headers.refusal()
    )
