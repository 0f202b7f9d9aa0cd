"""What cells need is read off their imports."""

from __future__ import annotations

from pathlib import Path

from belljar.cells import find_documents, needs_of

PACKAGES = {
    "numpy": ["numpy"],
    "pandas": ["pandas"],
    "matplotlib": ["matplotlib", "pylab"],
    "scikit-learn": ["sklearn"],
    "openpyxl": ["openpyxl"],
    "micropip": ["micropip"],
    "python-dateutil": ["dateutil"],
}


def needs(tmp_path: Path, *fences: str) -> tuple[tuple[str, ...], dict[str, str]]:
    (tmp_path / "a.md").write_text("\n".join(f"```python belljar {fence}\n```\n" for fence in fences))
    found = needs_of(find_documents(tmp_path), PACKAGES)
    return found.packages, dict(found.unknown)


def test_packages_are_those_that_the_cells_import(tmp_path: Path) -> None:
    assert needs(
        tmp_path,
        "\nimport os, numpy.linalg as la\nfrom sklearn.cluster import KMeans",
        "\n>>> import dateutil\n>>> from . import near",
        "\n%timeit 1\nif True:\n    def f():\n        import pylab",
    ) == (("matplotlib", "numpy", "python-dateutil", "scikit-learn"), {})


def test_what_pandas_imports_behind_a_method_is_needed_too(tmp_path: Path) -> None:
    assert needs(tmp_path, "\nimport pandas as pd\nframe.plot.bar()\npd.read_excel('x')")[0] == (
        "matplotlib",
        "openpyxl",
        "pandas",
    )
    assert needs(tmp_path, "\nmine.plot()") == ((), {})


def test_packages_that_markup_or_pip_names_are_needed(tmp_path: Path) -> None:
    assert needs(tmp_path, 'packages="Python_DateUtil"\n1', "\n%pip install -q scikit-learn")[0] == (
        "micropip",
        "python-dateutil",
        "scikit-learn",
    )


def test_modules_that_nobody_has_are_named_with_their_place(tmp_path: Path) -> None:
    packages, unknown = needs(
        tmp_path, 'files="mine.py"\nimport mine, IPython, torch', "\nimport torch.nn", "\nthis is no Python"
    )
    assert (packages, unknown) == ((), {"torch": "a.md:2"})
