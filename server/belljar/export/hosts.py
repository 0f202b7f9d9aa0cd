"""Hosts: the server's headers in the words of file hosts, made by the same functions.

    _headers      Netlify, Cloudflare Pages
    .htaccess     Apache
    hosts/        snippets for nginx and Caddy

Hosts that send no headers of ours are served by what stands in the documents.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from belljar.http.headers import Headers


@dataclass(frozen=True, slots=True)
class Rule:
    """Headers of the files that a path names: itself, or all below it where it ends with `/`.

    Attributes:
        path: Relative to the folder, without a leading slash; "" is the folder's own page.
    """

    path: str
    sent: Headers

    @property
    def below(self) -> bool:
        """Whether it names all files of a folder."""
        return self.path.endswith("/")


_SAYS = "Written by `belljar export`; headers that the sandbox is better with."


def headers_file(rules: Sequence[Rule], prefix: str = "/") -> str:
    """`_headers` of Netlify and Cloudflare Pages.

    Args:
        prefix: Path under which the folder lies.
    """
    lines = [f"# {_SAYS}"]
    for rule in rules:
        lines.append(f"{prefix}{rule.path}{'*' if rule.below else ''}")
        lines += [f"  {name}: {value}" for name, value in rule.sent.items()]
    return "\n".join(lines) + "\n"


def htaccess(rules: Sequence[Rule]) -> str:
    """`.htaccess` of Apache 2.4, wherever the folder lies; needs `mod_headers`."""
    lines = [
        f"# {_SAYS}",
        "AddType text/javascript .js .mjs",
        "AddType application/wasm .wasm",
        "<IfModule mod_headers.c>",
    ]
    for rule in rules:
        # The name within this folder, however it is reached: Apache matches the whole address.
        pattern = f"/{rule.path}" if rule.path else "/(index\\.html)?"
        end = "" if rule.below else "$"
        escaped = pattern if not rule.path else pattern.replace(".", "\\.")
        lines.append(f'<If "%{{REQUEST_URI}} =~ m#{escaped}{end}#">')
        lines += [f'Header always set {name} "{_quoted(value)}"' for name, value in rule.sent.items()]
        lines.append("</If>")
    lines.append("</IfModule>")
    return "\n".join(lines) + "\n"


def nginx(rules: Sequence[Rule]) -> str:
    """Locations for nginx, within a `server` whose root the folder is."""
    lines = [
        f"# {_SAYS}",
        "# Within `server { root …; }`. `gzip_static on;` sends the twins that are there.",
        "gzip_static on;",
    ]
    for rule in rules:
        lines.append(f"location {'^~' if rule.below else '='} /{rule.path} {{")
        if not rule.path:
            lines.append("  try_files /index.html =404;")
        lines += [f'  add_header {name} "{_quoted(value)}" always;' for name, value in rule.sent.items()]
        lines.append("}")
    return "\n".join(lines) + "\n"


def caddyfile(rules: Sequence[Rule]) -> str:
    """Directives for Caddy 2, within a site whose root the folder is."""
    lines = [f"# {_SAYS}", "# Within the block of a site, after `root * …`."]
    for at, rule in enumerate(rules):
        path = f"/{rule.path}*" if rule.below else f"/{rule.path}"
        lines.append(f"@belljar{at} path {path}" + (" /index.html" if not rule.path else ""))
        lines.append(f"header @belljar{at} {{")
        lines += [f'  {name} "{_quoted(value)}"' for name, value in rule.sent.items()]
        lines.append("}")
    lines += ["file_server {", "  precompressed gzip", "}"]
    return "\n".join(lines) + "\n"


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
