"""Headers: what each kind of response says to the browser, as pure functions.

These headers are half of the wall (the other half is the iframe's `sandbox` attribute), so no query, no
`Host` and no cookie of a request can change them. Of its `Origin` one thing depends: whether that very
origin, if the operator has named it, may read the answer. Sources: CSP Level 3, HTML (sandbox, COOP/COEP),
Fetch (CORS, CORP), Connection Allowlists (WICG).
"""

from __future__ import annotations

import base64
import hashlib

Headers = dict[str, str]

#: Content-addressed files never change.
IMMUTABLE = "public, max-age=31536000, immutable"
#: May be stored, must be asked for again before each use (the ETag makes that a 304).
REVALIDATE = "no-cache"

#: Every policy-controlled feature that Chromium 156 lists (`document.featurePolicy.features()`), client hints
#: left
#: out: they are request headers, which a frame without network never sends. `cross-origin-isolated` is left
#: out too: the frame needs it for the SharedArrayBuffer behind the soft interrupt.
FEATURES = (
    "accelerometer",
    "aria-notify",
    "autoplay",
    "browsing-topics",
    "camera",
    "captured-surface-control",
    "clipboard-read",
    "clipboard-write",
    "compute-pressure",
    "deferred-fetch",
    "deferred-fetch-minimal",
    "digital-credentials-create",
    "digital-credentials-get",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "gamepad",
    "geolocation",
    "gyroscope",
    "hid",
    "identity-credentials-get",
    "idle-detection",
    "keyboard-map",
    "language-detector",
    "language-model",
    "local-fonts",
    "local-network",
    "local-network-access",
    "loopback-network",
    "magnetometer",
    "media-playback-while-not-visible",
    "microphone",
    "midi",
    "on-device-speech-recognition",
    "otp-credentials",
    "payment",
    "picture-in-picture",
    "private-state-token-issuance",
    "private-state-token-redemption",
    "publickey-credentials-create",
    "publickey-credentials-get",
    "screen-wake-lock",
    "serial",
    "speaker-selection",
    "storage-access",
    "summarizer",
    "sync-xhr",
    "translator",
    "unload",
    "usb",
    "window-management",
    "xr-spatial-tracking",
)


def script_hash(script: str) -> str:
    """The CSP source that allows exactly this inline script: `sha256-…` of its UTF-8 bytes."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def common() -> Headers:
    """What every response carries, errors included."""
    return {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}


def refusal() -> Headers:
    """An error: a sentence for people that is no document to build on, and not to be kept."""
    return common() | {
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
        "Cache-Control": "no-store",
    }


def frame(hash_source: str, embedders: tuple[str, ...] = (), *, isolated: bool) -> Headers:
    """The sandbox frame: opaque origin, one known script, WebAssembly, blob workers and nothing else.

    Args:
        hash_source: `script_hash` of the one inline script.
        embedders: Origins that may embed it besides our own; `("*",)` is any.
        isolated: With COEP, for pages that are cross-origin isolated. WebKit cannot start a blob worker in a
            frame sent with COEP. Without, Chromium isolates the frame by itself, whatever the page around it
            (Document-Isolation-Policy, Chromium 137): shared memory between the frame and its worker, which
            an interrupt needs, and nothing else. Other engines ignore that.
    """
    headers = common() | _sealed()
    headers["Content-Security-Policy"] = _csp(
        "sandbox allow-scripts",
        "default-src 'none'",
        # No 'unsafe-eval': run_js, Function() and string timers are dead, also when reached from Python.
        f"script-src '{hash_source}' 'wasm-unsafe-eval'",
        "worker-src blob:",
        "base-uri 'none'",
        "form-action 'none'",
        _frame_ancestors(embedders),
        # The frame makes one policy, for the one worker script it starts; nobody can make another.
        "require-trusted-types-for 'script'",
        "trusted-types belljar-worker",
    )
    if isolated:
        headers["Cross-Origin-Embedder-Policy"] = "require-corp"
    else:
        headers["Document-Isolation-Policy"] = "isolate-and-require-corp"
    return headers


def output(hash_source: str, embedders: tuple[str, ...] = ()) -> Headers:
    """The output frame: shows untrusted HTML in a scriptless frame within, which inherits this CSP.

    Always sent with COEP: an isolated page refuses frames without it, and no other page minds.
    """
    headers = common() | _sealed()
    headers["Content-Security-Policy"] = _csp(
        "sandbox allow-scripts",
        "default-src 'none'",
        f"script-src '{hash_source}'",
        "style-src 'unsafe-inline'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
        _frame_ancestors(embedders),
    )
    headers["Cross-Origin-Embedder-Policy"] = "require-corp"
    return headers


def chart(hash_sources: tuple[str, ...], embedders: tuple[str, ...] = ()) -> Headers:
    """The frame that draws a chart: known scripts, among them the chart's library, and nothing else.

    The library draws in a frame within, which inherits this CSP and which it lets go nowhere.

    Args:
        hash_sources: `script_hash` of each inline script.
        embedders: Origins that may embed it besides our own; `("*",)` is any.
    """
    headers = common() | _sealed()
    headers["Content-Security-Policy"] = _csp(
        "sandbox allow-scripts",
        "default-src 'none'",
        # No 'unsafe-eval': a specification is data, whatever its library would like to make of it.
        f"script-src {' '.join(repr(source) for source in hash_sources)}",
        "style-src 'unsafe-inline'",
        # Pictures that a library makes of its own chart are blobs, which are of this document alone.
        "img-src data: blob:",
        "base-uri 'none'",
        "form-action 'none'",
        _frame_ancestors(embedders),
        # Markup of titles is cleaned by the one policy that all of it goes through.
        "require-trusted-types-for 'script'",
        "trusted-types belljar-chart default",
    )
    headers["Cross-Origin-Embedder-Policy"] = "require-corp"
    return headers


def page(
    embedders: tuple[str, ...] = (), *, isolated: bool, trusted_types: bool = True, inside: str = ""
) -> Headers:
    """The host page: our own scripts and styles, connections to our own origin, frames from our own origin.

    Args:
        embedders: Origins that may embed the page besides our own; `("*",)` is any.
        isolated: With COOP and COEP, so that the sandbox gets a SharedArrayBuffer.
        trusted_types: Refuse strings in DOM sinks such as `innerHTML`, so that no output can become markup.
        inside: `script_hash` of a sandbox frame that this page may hand its document to, where there is no
            network: such a document inherits this policy, so it has to leave room for the frame's own.
    """
    headers = common()
    headers["Content-Security-Policy"] = _csp(
        "default-src 'none'",
        f"script-src 'self' '{inside}' 'wasm-unsafe-eval'" if inside else "script-src 'self'",
        "worker-src 'self' blob:" if inside else "",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "frame-src 'self'",
        "manifest-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        _frame_ancestors(embedders),
        "require-trusted-types-for 'script'" if trusted_types else "",
    )
    off = [name for name in FEATURES if name not in {"clipboard-write", "fullscreen"}]
    headers["Permissions-Policy"] = _all_off(off)
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    # Firefox looks up the host of each link that it shows on an http page, Chromium when the mouse passes.
    # What code writes must not become a name that a stranger's DNS server is asked for.
    headers["X-DNS-Prefetch-Control"] = "off"
    headers["Cache-Control"] = REVALIDATE
    if isolated:
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Embedder-Policy"] = "require-corp"
    return headers


def service_worker() -> Headers:
    """The service worker of an export: it reads files of its own origin and does nothing else."""
    return common() | {
        "Content-Security-Policy": "default-src 'none'; connect-src 'self'",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": REVALIDATE,
    }


def headless(*, isolated: bool) -> Headers:
    """The page for programs: as the page, with nothing to see and embedded by nobody."""
    headers = page(isolated=isolated)
    headers["Content-Security-Policy"] = _csp(
        "default-src 'none'",
        "script-src 'self'",
        "connect-src 'self'",
        "img-src data:",
        "frame-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    )
    headers["Permissions-Policy"] = _all_off(FEATURES)
    return headers


def tab(*, isolated: bool) -> Headers:
    """The page where a person agrees that a program runs code: as the page, but nobody may put it in a frame,
    where a click could be stolen, and its address is kept by nobody."""
    headers = page(isolated=isolated)
    headers["Content-Security-Policy"] = headers["Content-Security-Policy"].replace(
        "frame-ancestors 'self'", "frame-ancestors 'none'"
    )
    return headers


#: Where models on the visitor's own machine listen. A CSP has no form for `[::1]`.
LOOPBACK = ("http://127.0.0.1:*", "http://localhost:*")
#: What the browser asks the visitor for before a page reaches their machine, the older name last.
_ASKS_FOR_LOOPBACK = frozenset({"loopback-network", "local-network-access"})


def ask(model_hosts: tuple[str, ...] = ()) -> Headers:
    """The page that asks models: as the page, with connections to the operator's model hosts and to the
    visitor's own machine, and to nothing else. Nobody may put it in a frame, where a click could be stolen:
    one press there sends what it shows.

    Never isolated. An isolated page is not told whether a local model is down or only lets no page in, and
    Chromium isolates the sandbox's frame by itself.

    Args:
        model_hosts: Origins that its requests to models may go to.
    """
    headers = tab(isolated=False)
    headers["Content-Security-Policy"] = headers["Content-Security-Policy"].replace(
        "connect-src 'self'", " ".join(("connect-src 'self'", *model_hosts, *LOOPBACK))
    )
    on = {"clipboard-write", "fullscreen"}
    features = (
        f"{name}=(self)" if name in _ASKS_FOR_LOOPBACK else f"{name}=()"
        for name in FEATURES
        if name not in on
    )
    headers["Permissions-Policy"] = ", ".join(features)
    return headers


def asset(embedders: tuple[str, ...] = (), origin: str = "") -> Headers:
    """A file addressed by its content: kept for ever, readable by our own pages and the embedders'.

    Args:
        embedders: Origins that may read it besides our own; `("*",)` is any.
        origin: The `Origin` of the request; pages of our own send none when they read.
    """
    return common() | _readable(embedders, origin) | {"Cache-Control": IMMUTABLE}


def sdk(embedders: tuple[str, ...] = (), origin: str = "") -> Headers:
    """The SDK module: a stable name, so asked for again; imported by whoever may read an `asset`."""
    return common() | _readable(embedders, origin) | {"Cache-Control": REVALIDATE}


def json(embedders: tuple[str, ...] = (), origin: str = "") -> Headers:
    """`policy.json` and `healthz`: asked for again each time, read by whoever may read an `asset`."""
    return common() | _readable(embedders, origin) | {"Cache-Control": REVALIDATE}


def coded(coding: str) -> Headers:
    """A compressed copy that is asked for by its own name: the browser undoes it."""
    return {"Content-Encoding": coding}


def copies(coding: str, embedders: tuple[str, ...] = ()) -> Headers:
    """What tells the SDK, with the policy, that this host sends such copies as what they are.

    Args:
        coding: By its name in HTTP.
        embedders: As of `asset`; their pages may read that, too.
    """
    return {"Belljar-Copies": coding} | (
        {"Access-Control-Expose-Headers": "Belljar-Copies"} if embedders else {}
    )


def _sealed() -> Headers:
    """What both frames share: no feature, no connection, no DNS look-up ahead of time."""
    return {
        "Permissions-Policy": _all_off(FEATURES),
        # An empty list: Chromium 156 connects to no server, not for look-ups ahead of time, a navigation or a
        # STUN server either, which no directive of a CSP stops (not even `webrtc 'block'`). WebRTC's packets
        # to a peer that the code names pass it, so the frame gives WebRTC up. Other engines ignore it all.
        "Connection-Allowlist": "()",
        "X-DNS-Prefetch-Control": "off",
        # Who may embed a frame, `frame-ancestors` says. With `same-origin` Firefox 153 shows none in an
        # isolated page of our own either: it compares the sandboxed frame's origin, which is opaque.
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Cache-Control": REVALIDATE,
    }


def _readable(embedders: tuple[str, ...], origin: str) -> Headers:
    """Who may read an answer: our own pages, and those of embedders; a page of any other site never."""
    # A page with COEP needs `cross-origin` of what isn't its own.
    headers = {"Cross-Origin-Resource-Policy": "cross-origin" if embedders else "same-origin"}
    if embedders == ("*",):
        headers["Access-Control-Allow-Origin"] = "*"
    elif embedders:
        # The answers to two origins differ, so a cache may not give one's to the other.
        headers["Vary"] = "Origin"
        if origin in embedders:
            headers["Access-Control-Allow-Origin"] = origin
    return headers


def _frame_ancestors(embedders: tuple[str, ...]) -> str:
    """Who may embed. `*` is no directive at all: `frame-ancestors *` would still refuse `file:` pages."""
    if embedders == ("*",):
        return ""
    return " ".join(("frame-ancestors 'self'", *embedders))


def _all_off(features: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f"{name}=()" for name in features)


def _csp(*directives: str) -> str:
    return "; ".join(directive for directive in directives if directive)
