"""Options: how the text of a flag, of an environment variable or of a TOML value becomes a typed setting.

Each parser takes a `str` (flag, environment) or the value TOML gave, and raises `ValueError` whose text says
what is allowed; `settings.py` puts the setting's name and source in front of it.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable
from dataclasses import field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

Parser = Callable[[object], Any]

_DURATION_UNITS = {"": 1.0, "ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_SIZE_UNITS = {
    "": 1.0,
    "b": 1.0,
    "kb": 1e3,
    "mb": 1e6,
    "gb": 1e9,
    "kib": 2.0**10,
    "mib": 2.0**20,
    "gib": 2.0**30,
}
_NUMBER_AND_UNIT = re.compile(r"\s*(\d[\d_]*(?:\.\d+)?)\s*([A-Za-z]*)\s*")
_PACKAGE_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")


def option(default: Any, parse: Parser, help_text: str, *, metavar: str = "VALUE") -> Any:
    """A dataclass field that can also be set from flags, the environment and TOML.

    Args:
        default: The value where nobody sets another; a callable is called for it.
        parse: Turns what was given into the typed value, or raises `ValueError` saying what is allowed.
        help_text: One line for `belljar serve --help` and the configuration docs.
        metavar: What the value is called in the help.
    """
    metadata = {"parse": parse, "help": help_text, "metavar": metavar}
    # What is printed of settings has no secret in it.
    shown = metavar != "SECRET"
    if callable(default):
        return field(default_factory=default, metadata=metadata, repr=shown)
    return field(default=default, metadata=metadata, repr=shown)


def _quantity(value: object, units: dict[str, float], allowed: str) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    match = _NUMBER_AND_UNIT.fullmatch(value) if isinstance(value, str) else None
    if match is None or match[2].lower() not in units:
        raise ValueError(allowed)
    return float(match[1].replace("_", "")) * units[match[2].lower()]


def duration(value: object) -> float:
    """Seconds: `30`, `"1.5"`, `"500 ms"`, `"10 min"`. Must be above 0 and at most a day."""
    allowed = 'a time above 0 and at most 24 hours: seconds as a number, or "500 ms", "30 s", "10 min"'
    seconds = _quantity(value, _DURATION_UNITS, allowed)
    if not 0 < seconds <= 86_400:
        raise ValueError(allowed)
    return seconds


def size(value: object) -> int:
    """Bytes: `1000`, `"64 MiB"`, `"1.5 GiB"`."""
    allowed = 'a size above 0: bytes as a whole number, or "64 MiB", "1.5 GiB"'
    result = _quantity(value, _SIZE_UNITS, allowed)
    if result < 1 or result != int(result):
        raise ValueError(allowed)
    return int(result)


def wasm_memory(value: object) -> int:
    """Bytes of WebAssembly heap: 128 MiB (Pyodide with pandas needs more) to the 4 GiB of wasm32."""
    result = size(value)
    if not 2**27 <= result <= 2**32:
        raise ValueError('a size from 128 MiB to 4 GiB, as "2 GiB"')
    return result


def count(value: object) -> int:
    """A whole number above 0."""
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not re.fullmatch(r"\s*[\d_]+\s*", text) or int(text) < 1:
        raise ValueError("a whole number above 0")
    return int(text)


def port(value: object) -> int:
    """A TCP port; 0 lets the system choose a free one."""
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not re.fullmatch(r"\d{1,5}", text) or int(text) > 65_535:
        raise ValueError("a whole number from 0 (any free port) to 65535")
    return int(text)


def switch(value: object) -> bool:
    """A yes or no."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in {"1", "true", "yes", "on"}:
        return True
    if isinstance(value, str) and value.strip().lower() in {"0", "false", "no", "off"}:
        return False
    raise ValueError("on or off")


def host(value: object) -> str:
    """A host name or an IP address to listen on."""
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9._:%-]+", value):
        return value
    raise ValueError('a host name or an address, as "127.0.0.1", "::1" or "0.0.0.0"')


def path(value: object) -> Path:
    """A path of this machine; `~` is the home directory."""
    if isinstance(value, str) and value.strip():
        return Path(value).expanduser()
    if isinstance(value, Path):
        return value.expanduser()
    raise ValueError("a path")


def optional_path(value: object) -> Path | None:
    """A path of this machine, or "" for none."""
    return None if value == "" else path(value)


def line(value: object) -> str:
    """Words that are shown to people: one line."""
    if isinstance(value, str) and len(value) <= 300 and value.isprintable():
        return value.strip()
    raise ValueError("one line of at most 300 characters")


def url_prefix(value: object) -> str:
    """A URL path prefix without a trailing slash, `""` for none: `"/tools/belljar"`."""
    allowed = 'a path that starts with "/", as "/tools/belljar", or "" for none'
    if not isinstance(value, str):
        raise ValueError(allowed)
    prefix = value.strip().rstrip("/")
    if prefix and not re.fullmatch(r"(?:/[A-Za-z0-9._~-]+)+", prefix):
        raise ValueError(allowed)
    if any(segment in {".", ".."} for segment in prefix.split("/")):
        raise ValueError(allowed)
    return prefix


def words(value: object) -> tuple[str, ...]:
    """A list of words: a TOML array of strings, or text separated by commas or spaces."""
    if isinstance(value, str):
        return tuple(word for word in re.split(r"[\s,]+", value) if word)
    if isinstance(value, list | tuple) and all(isinstance(word, str) for word in value):
        return tuple(word.strip() for word in value if word.strip())
    raise ValueError('a list of words, as ["a", "b"] or "a,b"')


def package_names(value: object) -> tuple[str, ...]:
    """Names of packages, normalized as PyPI does (`Scikit_Learn` is `scikit-learn`)."""
    names = words(value)
    for name in names:
        if not _PACKAGE_NAME.fullmatch(name):
            raise ValueError(f'names of packages, as ["numpy", "pandas"]; {name!r} is not one')
    return tuple(re.sub(r"[-_.]+", "-", name).lower() for name in names)


def allowed_packages(value: object) -> tuple[str, ...] | None:
    """`None` (from `"all"`) for every package of the manifest, or the names of those allowed."""
    return None if words(value) == ("all",) else package_names(value)


def origins(value: object) -> tuple[str, ...]:
    """Origins of pages that may embed the frame besides our own: `("*",)` is every page."""
    given = words(value)
    if given == ("*",):
        return given
    return tuple(_origin(origin) for origin in given if origin not in {"self", "'self'"})


def model_hosts(value: object) -> tuple[str, ...]:
    """Origins of model servers that a page may reach, each named: no wildcard."""
    allowed = 'origins, each named whole, as ["https://api.example.org", "http://10.0.0.5:8080"]'
    given = words(value)
    if any("*" in one or "[" in one for one in given):
        raise ValueError(allowed)
    try:
        return tuple(_origin(one) for one in given)
    except ValueError:
        raise ValueError(allowed) from None


def _origin(origin: str) -> str:
    """One origin, safe to stand in a CSP: no space, semicolon, comma, path or query can come through."""
    parts = urlsplit(origin)
    host_pattern = r"(?:\*\.)?[A-Za-z0-9.-]+(?::(?:\d{1,5}|\*))?|\[[0-9a-fA-F:.]+\](?::\d{1,5})?"
    if (
        parts.scheme not in {"http", "https"}
        or not re.fullmatch(host_pattern, parts.netloc)
        or parts.path not in {"", "/"}
        or parts.query
        or parts.fragment
    ):
        raise ValueError('"self", "*", or origins, as ["https://docs.example.org", "https://*.example.org"]')
    return f"{parts.scheme}://{parts.netloc}"


def proxies(value: object) -> tuple[str, ...]:
    """Addresses whose `X-Forwarded-*` headers are believed; `("*",)` is everybody."""
    given = words(value)
    if given == ("*",):
        return given
    for address in given:
        try:
            ipaddress.ip_network(address, strict=False)
        except ValueError:
            raise ValueError('"*", or addresses and networks, as ["127.0.0.1", "10.0.0.0/8"]') from None
    return given


def secret(value: object) -> str:
    """A key that two programs share: 16 characters or more, as they can stand in a header; "" for none."""
    if isinstance(value, str) and (value == "" or re.fullmatch(r"[\x21-\x7e]{16,1000}", value)):
        return value
    raise ValueError("a key of 16 or more letters, digits and signs without spaces")


def key(value: object) -> str:
    """A key to somebody else's service, as it can stand in a header; "" for none."""
    if isinstance(value, str) and re.fullmatch(r"[\x21-\x7e]{0,1000}", value):
        return value
    raise ValueError("a key of letters, digits and signs without spaces")


def model_url(value: object) -> str:
    """Address of a models' server up to what its form adds, without a slash at its end; "" for none.

    The key goes there, so it is https, or http to this machine.
    """
    allowed = (
        'an address as "https://api.example/v1" (http to this machine alone), without name, key or query'
    )
    if not isinstance(value, str):
        raise ValueError(allowed)
    if value == "":
        return ""
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError(allowed) from None
    here = host in {"localhost", "127.0.0.1", "::1"}
    if not host or parts.scheme not in ({"http", "https"} if here else {"https"}):
        raise ValueError(allowed)
    if parts.username or parts.password or parts.query or parts.fragment or not value.isprintable():
        raise ValueError(allowed)
    return value.rstrip("/")


def prices(value: object) -> tuple[tuple[str, float, float], ...]:
    """What models cost: name, then money for a million tokens in and out."""
    found = []
    for word in words(value):
        match = re.fullmatch(r"([^=]{1,200})=(\d{1,6}(?:\.\d{1,6})?)/(\d{1,6}(?:\.\d{1,6})?)", word)
        if match is None:
            raise ValueError('prices of a million tokens in and out, as "name=2.5/10, other=0.1/0.4"')
        found.append((match[1], float(match[2]), float(match[3])))
    return tuple(found)


def redis_url(value: object) -> str:
    """The address of a Redis; "" for none."""
    if isinstance(value, str) and (value == "" or re.match(r"(?:rediss?|unix)://.", value)):
        return value
    raise ValueError('an address as "redis://127.0.0.1:6379/0", "rediss://…" or "unix:///path"')


def one_of(choices: Iterable[str]) -> Parser:
    """A parser that takes one of the words given."""
    known = tuple(choices)

    def parse(value: object) -> str:
        if isinstance(value, str) and value.strip().lower() in known:
            return value.strip().lower()
        raise ValueError(f"one of {', '.join(known)}")

    return parse
