"""Hosts: the server's headers in the words of file hosts, made by the same functions.

    _headers      Netlify, Cloudflare Pages
    .htaccess     Apache
    hosts/        snippets for nginx and Caddy

Hosts that send no headers of ours are served by what stands in the documents.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from belljar.http.headers import Headers


@dataclass(frozen=True, slots=True)
class Rule:
    """Headers of the files that a path names: itself, or all below it where it ends with `/`.

    Attributes:
        path: Relative to the folder, without a leading slash; "" is the folder's own page.
        configured: Headers that only web servers send whose configuration is written here. `_headers` has
            none of them: those who read it compress by themselves, and reserve `Content-Encoding`.
        suffix: Of a folder only the files whose names end so.
    """

    path: str
    sent: Headers
    configured: Headers = field(default_factory=dict)
    suffix: str = ""

    @property
    def below(self) -> bool:
        """Whether it names all files of a folder."""
        return self.path.endswith("/")

    @property
    def all(self) -> Headers:
        """What a web server sends that does all that it is told."""
        return self.sent | self.configured


_SAYS = "Written by `belljar export`; headers that the sandbox is better with."


def headers_file(rules: Sequence[Rule], prefix: str = "/") -> str:
    """`_headers` of Netlify and Cloudflare Pages.

    Args:
        prefix: Path under which the folder lies.
    """
    lines = [f"# {_SAYS}"]
    for rule in rules:
        if rule.suffix:
            continue
        lines.append(f"{prefix}{rule.path}{'*' if rule.below else ''}")
        lines += [f"  {name}: {value}" for name, value in rule.sent.items()]
    return "\n".join(lines) + "\n"


def htaccess(rules: Sequence[Rule]) -> str:
    """`.htaccess` of Apache 2.4, wherever the folder lies; needs `mod_headers`."""
    lines = [
        f"# {_SAYS}",
        "AddType text/javascript .js .mjs",
        "AddType application/wasm .wasm",
        # What ends so is compressed, and says it below; where that is not said, it is bytes like others.
        "RemoveEncoding .br",
        "RemoveLanguage .br",
        "<IfModule mod_headers.c>",
    ]
    for rule in rules:
        # The name within this folder, however it is reached: Apache matches the whole address.
        pattern = f"/{rule.path}" if rule.path else "/(index\\.html)?"
        end = f".*{_literal(rule.suffix)}$" if rule.suffix else "" if rule.below else "$"
        escaped = pattern if not rule.path else _literal(pattern)
        lines.append(f'<If "%{{REQUEST_URI}} =~ m#{escaped}{end}#">')
        lines += [f'Header always set {name} "{_quoted(value)}"' for name, value in rule.all.items()]
        lines.append("</If>")
    lines.append("</IfModule>")
    return "\n".join(lines) + "\n"


def nginx(rules: Sequence[Rule]) -> str:
    """Locations for nginx, within a `server` whose root the folder is."""
    lines = [
        f"# {_SAYS}",
        "# Within `server { root …; }`. `gzip_static on;` sends the twins that are there. Where nginx has",
        "# ngx_brotli, `brotli_static on;` does so for scripts and documents; Python's files need neither.",
        "gzip_static on;",
    ]
    for rule in rules:
        if rule.suffix:
            # A location within that of the folder, which would hide it.
            continue
        lines.append(f"location {'^~' if rule.below else '='} /{rule.path} {{")
        if not rule.path:
            lines.append("  try_files /index.html =404;")
        lines += _added(rule, "  ")
        for inner in (one for one in rules if one.suffix and one.path == rule.path):
            lines.append(f"  location ~ {_literal(inner.suffix)}$ {{")
            lines += _added(inner, "    ")
            lines.append("  }")
        lines.append("}")
    return "\n".join(lines) + "\n"


def _added(rule: Rule, indent: str) -> list[str]:
    return [f'{indent}add_header {name} "{_quoted(value)}" always;' for name, value in rule.all.items()]


def caddyfile(rules: Sequence[Rule]) -> str:
    """Directives for Caddy 2, within a site whose root the folder is."""
    lines = [f"# {_SAYS}", "# Within the block of a site, after `root * …`."]
    for at, rule in enumerate(rules):
        path = f"/{rule.path}*" if rule.below else f"/{rule.path}"
        if rule.suffix:
            matcher = f"path_regexp ^/{_literal(rule.path)}.*{_literal(rule.suffix)}$"
        else:
            matcher = f"path {path}" + (" /index.html" if not rule.path else "")
        lines.append(f"@belljar{at} {matcher}")
        lines.append(f"header @belljar{at} {{")
        lines += [f'  {name} "{_quoted(value)}"' for name, value in rule.all.items()]
        lines.append("}")
    lines += ["file_server {", "  precompressed br gzip", "}"]
    return "\n".join(lines) + "\n"


def _literal(path: str) -> str:
    """A path in a regular expression. Paths here have no other sign that means something there."""
    return path.replace(".", "\\.")


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
