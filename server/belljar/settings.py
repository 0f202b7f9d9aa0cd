"""Settings: one frozen object, from flags, the environment, a TOML file and defaults, in this order.

A setting has one name everywhere: `max_timeout` in `belljar.toml`, `BELLJAR_MAX_TIMEOUT` in the environment,
`--max-timeout` on the command line. Durations are seconds and sizes bytes (with units, if you like: "30 s",
"64 MiB"); on the wire, in `policy.json`, durations are milliseconds.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any

from belljar import options
from belljar.errors import SettingsError
from belljar.options import option

#: First segments of our own routes: a prefix of one such segment could not be told from the route itself.
_ROUTES = frozenset(
    {
        *("/assets", "/static", "/frame", "/output", "/output.html", "/notebook", "/tab", "/tab-plain"),
        *(
            "/sdk.js",
            "/ask",
            "/ask.js",
            "/embed.js",
            "/embed",
            "/embed.html",
            "/plain",
            "/policy.json",
            "/healthz",
        ),
        *("/markdown-exec.js", "/try-examples.js", "/model"),
    }
)


def _default_assets_dir() -> Path:
    # Imported late: the assets package imports our errors, and nothing may touch the disk at import.
    from belljar.assets import default_assets_dir

    return default_assets_dir()


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run, and one sandbox, may use: seconds and bytes (`policy.py` makes them the wire's units)."""

    timeout: float = option(
        30.0, options.duration, "run time of a cell; loading never counts", metavar="SECONDS"
    )
    max_timeout: float = option(
        600.0, options.duration, "longest timeout a caller may ask for", metavar="SECONDS"
    )
    grace: float = option(1.0, options.duration, "time between interrupt and kill", metavar="SECONDS")
    load_timeout: float = option(
        180.0, options.duration, "time for booting, or for loading the packages of a run", metavar="SECONDS"
    )
    memory: int = option(2**31, options.wasm_memory, "ceiling of the WebAssembly heap", metavar="BYTES")
    code_chars: int = option(1_000_000, options.count, "characters of source in one cell", metavar="N")
    stream_chars: int = option(10_000_000, options.count, "characters a run may print", metavar="N")
    displays: int = option(200, options.count, "figures, tables and other displays of a run", metavar="N")
    display_bytes: int = option(2**26, options.size, "bytes of all displays of a run", metavar="BYTES")
    flood_messages: int = option(
        20_000, options.count, "messages of a run before it is killed as a flood", metavar="N"
    )
    flood_bytes: int = option(
        2**28, options.size, "bytes of a run's messages before it is killed", metavar="BYTES"
    )
    file_bytes: int = option(2**30, options.size, "bytes of all files a sandbox keeps", metavar="BYTES")
    files: int = option(1000, options.count, "files a sandbox keeps", metavar="N")
    disk_bytes: int = option(
        2**36, options.size, "bytes of all files that a sandbox reads from the person's disk", metavar="BYTES"
    )
    disk_files: int = option(
        10_000, options.count, "files that a sandbox reads from the person's disk", metavar="N"
    )


@dataclass(frozen=True, slots=True)
class Connections:
    """What one client, and all of them together, may cost the server: seconds and bytes."""

    # A browser opens six to one server: 300 visitors who come at the same moment.
    max_connections: int = option(
        2000, options.count, "connections open at the same time; others are asked to wait", metavar="N"
    )
    request_timeout: float = option(
        10.0, options.duration, "time a client has to send the head of a request", metavar="SECONDS"
    )
    send_timeout: float = option(
        60.0, options.duration, "time a client may stop taking what is sent", metavar="SECONDS"
    )
    keep_alive: float = option(
        5.0, options.duration, "time a connection stays open without a request", metavar="SECONDS"
    )
    header_bytes: int = option(
        2**15, options.size, "bytes of a request's line and headers together", metavar="BYTES"
    )


@dataclass(frozen=True, slots=True)
class Models:
    """The models that visitors may ask through this server, and what of them they may use."""

    model_url: str = option(
        "",
        options.model_url,
        'server whose models visitors may ask, as "https://api.example/v1"; without one they may not',
        metavar="URL",
    )
    model_key: str = option(
        "",
        options.key,
        "key to it (a secret: better in the environment); no visitor sees it",
        metavar="SECRET",
    )
    model_names: tuple[str, ...] = option(
        (), options.words, "models that visitors may ask, the usual one first; no others", metavar="LIST"
    )
    model_prices: tuple[tuple[str, float, float], ...] = option(
        (),
        options.prices,
        'what a million tokens cost, in and out, as "name=2.5/10": shown to visitors, for their limits',
        metavar="LIST",
    )
    model_body_bytes: int = option(
        2 * 2**20, options.size, "bytes of one question, with all that was said before", metavar="BYTES"
    )
    model_requests: int = option(30, options.count, "questions of one client a minute", metavar="N")
    model_tokens: int = option(500_000, options.count, "tokens of one client a day", metavar="N")
    model_all_tokens: int = option(5_000_000, options.count, "tokens of all clients a day", metavar="N")
    model_silence: float = option(
        120.0, options.duration, "time that the models' server may say nothing", metavar="SECONDS"
    )

    def __post_init__(self) -> None:
        if self.model_url and not self.model_names:
            raise SettingsError(
                "model_url is set and model_names is not: name the models that visitors may ask "
                "(BELLJAR_MODEL_NAMES=name,other)."
            )
        if self.model_names and not self.model_url:
            raise SettingsError("model_names is set and model_url is not: say where the models are.")
        if unknown := [name for name, _, _ in self.model_prices if name not in self.model_names]:
            raise SettingsError(f"model_prices has {unknown[0]!r}, which is none of model_names.")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be configured. Made by `load_settings`, or directly in tests and embedding code."""

    host: str = option("127.0.0.1", options.host, "address to listen on", metavar="HOST")
    port: int = option(8000, options.port, "port to listen on; 0 takes any free one", metavar="PORT")
    root_path: str = option(
        "", options.url_prefix, 'path prefix behind a proxy, as "/tools/belljar"', metavar="PATH"
    )
    forwarded_allow_ips: tuple[str, ...] = option(
        ("127.0.0.1", "::1"),
        options.proxies,
        "proxies whose X-Forwarded-* headers are believed",
        metavar="LIST",
    )
    assets_dir: Path = option(
        _default_assets_dir, options.path, "where the runtime's files are kept", metavar="DIR"
    )
    profile: tuple[str, ...] = option(
        ("data",),
        options.package_names,
        "what is loaded before a sandbox is ready: core (nothing), pandas, data, science, analysis, "
        "or a list of packages",
        metavar="PROFILE",
    )
    packages: tuple[str, ...] | None = option(
        None,
        options.allowed_packages,
        'packages that may be imported: "all" of the manifest, or a list',
        metavar="LIST",
    )
    embedders: tuple[str, ...] = option(
        (), options.origins, 'origins that may embed the sandbox besides our own; "*" is any', metavar="LIST"
    )
    model_hosts: tuple[str, ...] = option(
        (),
        options.model_hosts,
        "origins of model servers that visitors of /ask may send to, besides their own machine",
        metavar="LIST",
    )
    isolation: bool = option(
        True, options.switch, "cross-origin isolation of the page: Stop keeps variables", metavar="on|off"
    )
    compress: bool = option(
        True, options.switch, "send compressed copies; off if a proxy in front compresses", metavar="on|off"
    )
    smallest: bool = option(
        False,
        options.switch,
        "send the smallest copy to browsers on this machine, too, and not the one they inflate fastest",
        metavar="on|off",
    )
    tab_key: str = option(
        "",
        options.secret,
        "key of programs that may ask for tabs (a secret: better in the environment); without it none may",
        metavar="SECRET",
    )
    redis_url: str = option(
        "", options.redis_url, "Redis through which several server processes share tabs", metavar="SECRET"
    )
    notebook: Path | None = option(
        None, options.optional_path, "notebook that the page opens with: an .ipynb or a .py", metavar="FILE"
    )
    readonly: bool = option(
        False, options.switch, "cells of the page can be run and not changed", metavar="on|off"
    )
    title: str = option("belljar", options.line, "what the page is called", metavar="TEXT")
    intro: str = option("", options.line, "a line above the notebook, before belljar's own", metavar="TEXT")
    theme: str = option(
        "auto",
        options.one_of(("auto", "light", "dark")),
        "colours of the page for who has chosen none",
        metavar="THEME",
    )
    log_level: str = option(
        "warning",
        options.one_of(("critical", "error", "warning", "info", "debug")),
        "what is logged",
        metavar="LEVEL",
    )
    limits: Limits = field(default_factory=Limits)
    connections: Connections = field(default_factory=Connections)
    models: Models = field(default_factory=Models)

    def __post_init__(self) -> None:
        if self.limits.timeout > self.limits.max_timeout:
            raise SettingsError(
                f"timeout ({self.limits.timeout:g} s) is longer than max_timeout "
                f"({self.limits.max_timeout:g} s): lower the one or raise the other."
            )
        if self.root_path in _ROUTES:
            raise SettingsError(
                f"root_path may not be {self.root_path!r}: belljar has a route of that name. "
                'Choose another prefix, as "/tools/belljar".'
            )


#: Settings that stand together in an object of their own, by the name they have in `Settings`.
_GROUPS: Mapping[str, type] = {
    "limits": Limits,
    "connections": Connections,
    "models": Models,
}


def settable() -> Iterator[Field[Any]]:
    """Every field that flags, environment and TOML may set, those of the groups included."""
    for group in (Settings, *_GROUPS.values()):
        yield from (item for item in fields(group) if "parse" in item.metadata)


def load_settings(
    flags: Mapping[str, object] | None = None,
    environ: Mapping[str, str] | None = None,
    config: Path | None = None,
    cwd: Path | None = None,
) -> Settings:
    """The settings of this process.

    Args:
        flags: Values of the command line by setting name; `None` values were not given.
        environ: The environment; `os.environ` if not given.
        config: A TOML file that must exist. Else `BELLJAR_CONFIG`, else `belljar.toml` in `cwd` if it is
            there.
        cwd: The current directory, if not the process's own.

    Raises:
        SettingsError: A value is not allowed, or the file cannot be read. Names setting, source, value and
            what is allowed.
    """
    environ = os.environ if environ is None else environ
    file_path, file_values = _read_toml(environ, config, cwd or Path.cwd())
    given: dict[str, Any] = {}
    for item in settable():
        variable = f"BELLJAR_{item.name.upper()}"
        if flags is not None and flags.get(item.name) is not None:
            given[item.name] = _parsed(item, flags[item.name], f"--{item.name.replace('_', '-')}")
        elif variable in environ:
            given[item.name] = _parsed(item, environ[variable], f"environment variable {variable}")
        elif item.name in file_values:
            given[item.name] = _parsed(item, file_values[item.name], str(file_path))
    groups = {
        name: group(**{item.name: given.pop(item.name) for item in fields(group) if item.name in given})
        for name, group in _GROUPS.items()
    }
    return Settings(**groups, **given)


def _parsed(item: Field[Any], value: object, source: str) -> Any:
    try:
        return item.metadata["parse"](value)
    except ValueError as error:
        # A secret that is not quite right is still one.
        given = "not usable" if item.metadata["metavar"] == "SECRET" else repr(value)
        raise SettingsError(f"{item.name} (from {source}) is {given}; allowed is {error}.") from None


def _read_toml(
    environ: Mapping[str, str], config: Path | None, cwd: Path
) -> tuple[Path | None, dict[str, Any]]:
    if config is None and environ.get("BELLJAR_CONFIG"):
        config = Path(environ["BELLJAR_CONFIG"]).expanduser()
    if config is None:
        config = cwd / "belljar.toml"
        if not config.exists():
            return None, {}
    try:
        values = tomllib.loads(config.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(
            f"The configuration file {config} cannot be read: {error.strerror or error}."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"The configuration file {config} is not valid TOML: {error}.") from None
    known = [item.name for item in settable()]
    for name in values:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(known)}."
            raise SettingsError(f"The configuration file {config} sets {name!r}, which is no setting: {hint}")
    return config, values
