"""Browsers: starts a Chromium whose own process sandbox is on, or connects to one that runs somewhere.

Two walls stand around the code already: the frame's opaque origin and its policy. Here are two more:
Chromium's process sandbox, and a browser that reaches belljar's own server and nothing else.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Awaitable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

from belljar.backends.grid import LentBrowser, borrow
from belljar.backends.servers import Origin
from belljar.errors import UnavailableError

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Playwright, Route

#: Seconds for a browser that runs somewhere to answer; for one to end by itself, before it is killed.
_CONNECT = 15.0
_END = 8.0

#: A proxy that is nowhere: RFC 6761 promises that nothing under .invalid resolves.
NOWHERE = "http://belljar.invalid:1"

#: Names of Chromium to look for, best first.
_NAMES = ("chromium", "google-chrome-stable", "google-chrome", "chromium-browser", "chrome", "msedge")
_MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")

#: The only variables of ours that the browser gets.
_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TZ", "SYSTEMROOT", "FONTCONFIG_PATH", "FONTCONFIG_FILE")

_NO_PLAYWRIGHT = (
    "The headless backend needs Playwright, which is not installed: `pip install 'belljar[headless]'`. "
    "A Chromium of this machine is used; Playwright's own need not be downloaded."
)
_NO_CHROMIUM = (
    "No Chromium was found on this machine. Install one (Debian: `apt install chromium`), or name it: "
    "BELLJAR_CHROMIUM=/path/to/chromium."
)
_ALLOW = (
    "or, where this machine itself is the wall (a throw-away container), allow it by name: "
    'browser_sandbox="off", or BELLJAR_CHROMIUM_SANDBOX=off.'
)
_AS_ROOT = (
    "Chromium can't run its own process sandbox as root, and belljar runs no code without it. Run this as "
    f"another user, {_ALLOW}"
)
_NO_NAMESPACES = (
    "Chromium can't run its own process sandbox here (the system gives it no user namespaces), and belljar "
    f"runs no code without it. Allow unprivileged user namespaces on this machine, {_ALLOW}"
)
_WITHOUT = (
    "This Chromium runs without its own process sandbox, and belljar runs no code in it. Start it without "
    f"--no-sandbox, {_ALLOW}"
)

#: Features that are off: what asks the network, and the pages that the address bar of each window loads for
#: itself, a third of a start's processor time. The list takes the place of Playwright's own.
_OFF = (
    *("AimEnabled", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup", "WebUIOmniboxPopup"),
    *("LensOverlay", "MediaRouter", "NetworkTimeServiceQuerying", "OptimizationHints", "PreconnectToSearch"),
    *("DestroyProfileOnBrowserClose", "HttpsFirstBalancedModeAutoEnable", "HttpsUpgrades", "PaintHolding"),
)

ProcessSandbox = Literal["on", "off"]


def find_chromium(environ: Mapping[str, str] | None = None) -> str:
    """The path of a Chromium: `BELLJAR_CHROMIUM`, else one of this machine.

    Raises:
        UnavailableError: There is none.
    """
    environ = os.environ if environ is None else environ
    if named := environ.get("BELLJAR_CHROMIUM"):
        found = shutil.which(named)
        if found is None:
            raise UnavailableError(f"BELLJAR_CHROMIUM names {named}, which is no program of this machine.")
        return found
    for name in (*_NAMES, str(_MAC)):
        found = shutil.which(name)
        # Ubuntu's package is a stub that only points to a snap, which can't be driven.
        if found is not None and "/snap" not in str(Path(found).resolve()):
            return found
    raise UnavailableError(_NO_CHROMIUM)


def process_sandbox(asked: str | None, environ: Mapping[str, str] | None = None) -> ProcessSandbox:
    """Whether Chromium's process sandbox has to be on: as asked, else `BELLJAR_CHROMIUM_SANDBOX`, else on.

    Raises:
        UnavailableError: It is neither "on" nor "off".
    """
    environ = os.environ if environ is None else environ
    chosen = (asked or environ.get("BELLJAR_CHROMIUM_SANDBOX") or "on").lower()
    if chosen == "off":
        return "off"
    if chosen == "on":
        return "on"
    raise UnavailableError(f'Chromium\'s process sandbox (browser_sandbox) is "on" or "off", not {chosen!r}.')


class Chromium:
    """A running Chromium: our own, or one at an endpoint.

    Args:
        origin: The one server it may reach.
        sandbox: "off" allows it to run without its process sandbox.
        executable: Path of the program; None finds one.
        endpoint: Where one runs already, as `ws://…` (a Playwright server) or `cdp+http://…`, `cdp+ws://…`;
            or who lends one: `grid+http://…` (a Selenium Grid).
    """

    def __init__(
        self,
        origin: Origin,
        sandbox: ProcessSandbox,
        executable: str | None = None,
        endpoint: str | None = None,
    ) -> None:
        self._origin = origin
        self._sandbox = sandbox
        self._executable = executable
        self._endpoint = endpoint
        self._home: tempfile.TemporaryDirectory[str] | None = None
        self._driver: Playwright | None = None
        self._browser: Browser | None = None
        self._lent: LentBrowser | None = None
        self._silent = asyncio.Event()

    @property
    def alive(self) -> bool:
        """Whether it still runs and is connected."""
        return not self._silent.is_set() and self._browser is not None and self._browser.is_connected()

    def give_up(self) -> None:
        """It has not answered, though it is connected: nothing more is asked of it."""
        self._silent.set()

    async def given_up(self) -> None:
        """Returns once it has been given up."""
        await self._silent.wait()

    async def start(self) -> Self:
        """Starts it, or connects to it.

        Raises:
            UnavailableError: It can't be had, or not sealed as it must be.
        """
        try:
            from playwright.async_api import Error, async_playwright
        except ImportError:
            raise UnavailableError(_NO_PLAYWRIGHT) from None
        try:
            self._driver = await async_playwright().start()
            self._browser = await (
                self._launch(self._driver) if self._endpoint is None else self._connect(self._driver)
            )
            if self._sandbox == "on":
                await self._require_sandbox(self._browser)
        except Error as error:
            await self.close()
            raise UnavailableError(_reason(error.message, self._endpoint)) from None
        except BaseException:
            await self.close()
            raise
        return self

    async def context(self) -> BrowserContext:
        """An empty profile from which nothing but belljar's own server can be reached."""
        assert self._browser is not None  # noqa: S101 - nobody calls this before start
        context = await self._browser.new_context(
            # Without `<-loopback>` Chromium would take every address of this machine past the proxy.
            proxy={"server": NOWHERE, "bypass": f"<-loopback>,{self._origin.host}"},
            service_workers="block",
            accept_downloads=False,
            permissions=[],
        )
        await context.route("**/*", self._judge)
        return context

    async def close(self) -> None:
        """Ends it, or the connection to it."""
        browser, driver = self._browser, self._driver
        self._browser = self._driver = None
        if browser:
            await ended(browser.close(), _END / 8 if self._silent.is_set() else _END)
        # One that didn't end when it was asked is killed with the driver.
        if driver:
            await ended(driver.stop(), _END)
        if self._lent is not None:
            lent, self._lent = self._lent, None
            await lent.give_back()
        if self._home is not None:
            self._home.cleanup()
            self._home = None

    async def _judge(self, route: Route) -> None:
        if self._origin.covers(route.request.url):
            await route.continue_()
        else:
            await route.abort("blockedbyclient")

    async def _launch(self, driver: Playwright) -> Browser:
        executable = self._executable or find_chromium()
        if self._sandbox == "on" and sys.platform == "linux" and os.getuid() == 0:
            raise UnavailableError(_AS_ROOT)
        self._home = tempfile.TemporaryDirectory(prefix="belljar-", ignore_cleanup_errors=True)
        home = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"), self._home.name)
        kept = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        environment: dict[str, str | float | bool] = {**kept, **home}
        return await driver.chromium.launch(
            executable_path=executable,
            chromium_sandbox=self._sandbox == "on",
            env=environment,
            # A signal is for this program to answer; its runs are reported before the browser goes.
            handle_sigint=False,
            handle_sigterm=False,
            handle_sighup=False,
            proxy={"server": NOWHERE, "bypass": f"<-loopback>,{self._origin.host}"},
            args=self._arguments(),
        )

    def _arguments(self) -> list[str]:
        """The command line of a browser that is started for us."""
        return [
            f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {self._origin.name}",
            "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
            "--disable-quic",
            "--disable-gpu",
            f"--disable-features={','.join(_OFF)}",
        ]

    async def _connect(self, driver: Playwright) -> Browser:
        assert self._endpoint is not None  # noqa: S101 - asked before
        if self._endpoint.startswith("cdp+"):
            return await driver.chromium.connect_over_cdp(
                self._endpoint.removeprefix("cdp+"), timeout=_CONNECT * 1000
            )
        if self._endpoint.startswith("grid+"):
            return await self._borrow(driver, self._endpoint.removeprefix("grid+"))
        return await driver.chromium.connect(self._endpoint, timeout=_CONNECT * 1000)

    async def _borrow(self, driver: Playwright, grid: str) -> Browser:
        from playwright.async_api import Error

        arguments = [
            "--headless=new",
            f"--proxy-server={NOWHERE}",
            f"--proxy-bypass-list=<-loopback>;{self._origin.host}",
            *self._arguments(),
            *(["--no-sandbox"] if self._sandbox == "off" else []),
        ]
        self._lent = await borrow(grid, arguments)
        try:
            return await driver.chromium.connect_over_cdp(
                self._lent.socket, headers=self._lent.headers, timeout=_CONNECT * 1000
            )
        except Error as error:
            raise UnavailableError(
                f"The Selenium Grid lent a browser whose socket, {self._lent.socket}, does not answer "
                f"({_first_line(error.message)}). Start its nodes with an address that this machine reaches "
                "as --grid-url."
            ) from None

    async def _require_sandbox(self, browser: Browser) -> None:
        """Asks the browser itself: a wrapper script, or a fleet, may have started it with --no-sandbox."""
        context = await browser.new_context()
        try:
            page = await context.new_page()
            await page.goto("chrome://version")
            line = await page.inner_text("#command_line")
            weak = re.search(
                r"--no-sandbox|--disable-(?:namespace|seccomp-filter)-sandbox|--single-process", line
            )
            if not weak and "Linux" in await page.inner_text("body"):
                await page.goto("chrome://sandbox")
                weak = re.search(
                    "NOT adequately sandboxed|not sandboxed", await page.inner_text("body"), re.IGNORECASE
                )
            if weak:
                raise UnavailableError(_WITHOUT)
        finally:
            await context.close()


async def ended(work: Awaitable[object], seconds: float) -> bool:
    """Whether a browser, or a part of it, ends in time; what is gone already has."""
    from playwright.async_api import Error

    try:
        async with asyncio.timeout(seconds):
            await work
    except TimeoutError:
        return False
    except Error:
        pass
    return True


def _reason(message: str, endpoint: str | None) -> str:
    """What a failed start of the browser means for people."""
    if "as root without --no-sandbox" in message:
        return _AS_ROOT
    if "No usable sandbox" in message or "sandboxing failed" in message:
        return _NO_NAMESPACES
    first = _first_line(message)
    if endpoint is not None:
        shown = re.sub(r"//[^/@]*@|\?.*", lambda found: "//" if found[0].startswith("//") else "", endpoint)
        return f"No browser answers at {shown} ({first}). Start it, or correct the address."
    return (
        f"Chromium did not start ({first}). Try the program by hand, or name another: "
        "BELLJAR_CHROMIUM=/path/to/chromium."
    )


def _first_line(message: str) -> str:
    return next((line for line in message.splitlines() if line.strip()), "no reason given")
