"""Advice: for a package that this sandbox does not have, what would bring it, and what works meanwhile."""

from __future__ import annotations

#: What a package is called where it is installed, by the module that it is imported as.
NAMES = {
    "PIL": "pillow",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python",
    "dateutil": "python-dateutil",
    "docx": "python-docx",
    "fitz": "pymupdf",
    "osgeo": "gdal",
    "pptx": "python-pptx",
    "pywt": "pywavelets",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "tables": "pytables",
    "umap": "umap-learn",
    "yaml": "pyyaml",
}

_PARQUET = (
    "pandas reads and writes Parquet by itself, large files in pieces: "
    "`for part in pd.read_parquet(name, columns=[...], chunksize=100_000)` works"
)

#: What may do in a package's place, by its name.
MEANWHILE = {
    "duckdb": "sqlite3 and pandas work",
    "fastparquet": _PARQUET,
    "geopandas": "pandas and matplotlib work",
    "h5py": "numpy.savez and pandas' to_pickle work",
    "lightgbm": "scikit-learn's HistGradientBoosting works",
    "opencv-python": "pillow and scipy.ndimage work",
    "orjson": "json works",
    "plotnine": "seaborn works",
    "polars": "pandas works",
    "pyarrow": _PARQUET,
    "pytables": "numpy.savez and pandas' to_pickle work",
    "scikit-image": "pillow and scipy.ndimage work",
    "shapely": "matplotlib.path and scipy.spatial work",
    "statsmodels": "scipy.stats and scikit-learn's linear models work",
    "xgboost": "scikit-learn's HistGradientBoosting works",
}

#: Packages that no browser runs: they need a compiler, a graphics card, a window or another program.
NEVER = {
    "cupy": "numpy works",
    "jax": "numpy and scipy work",
    "kaleido": "matplotlib makes pictures",
    "keras": "scikit-learn works",
    "numba": "numpy works",
    "pyspark": "pandas works",
    "ray": "a plain loop works",
    "tensorflow": "scikit-learn works",
    "torch": "scikit-learn works",
    "transformers": "scikit-learn works",
}


#: Packages that serve pages, watch windows or drive other programs, with what does here what they would.
SERVING = {
    "dash": "plotly's charts show in a cell",
    "fastapi": "call the functions directly",
    "flask": "call the functions directly",
    "django": "call the functions directly",
    "gradio": "call the function in a cell, or ask with input()",
    "streamlit": "print, display() and matplotlib show in a cell; ask with input()",
    "uvicorn": "call the functions directly",
    "pygame": "matplotlib draws, also animations",
    "pyautogui": "nothing does",
    "tkinter": "matplotlib draws; ask with input()",
    "turtle": "matplotlib draws: keep a position and a heading, and plot the path",
    "curses": "print, and clear_output(wait=True) from IPython.display",
    "pyqt5": "matplotlib draws",
}

#: Packages that need what no cell has here, with the sentence for each.
LACKING = {
    "ipywidgets": (
        "ipywidgets needs a way back from the page to Python, which outputs don't have here: call the "
        "function in a loop over some values, or use a chart with controls of its own (altair's params, "
        "plotly's sliders)."
    ),
}


#: Modules that only another place has, with what does here what they do there.
ELSEWHERE = {
    "google": (
        "`google.colab` is Colab's own: files stand in the working directory, where the files panel puts "
        "them, and what a cell writes there can be downloaded. Leave these lines out."
    ),
    "kaggle_secrets": "`kaggle_secrets` is Kaggle's own: a sandbox has no secrets and no network.",
    "dbutils": "`dbutils` is Databricks' own: files stand in the working directory.",
    "xlwings": "`xlwings` drives Excel, which no browser does: use openpyxl or xlsxwriter.",
}


def advice(module: str) -> str:
    """One sentence on a module, or on a package, that there is none of."""
    name = NAMES.get(module, module)
    if name in ELSEWHERE:
        return ELSEWHERE[name]
    if name in LACKING:
        return LACKING[name]
    if name.lower() in SERVING:
        return (
            f"{name} needs a window or a server of its own, which a sandbox has not; {SERVING[name.lower()]}."
        )
    if name in NEVER:
        return f"{name} does not run in browsers; {NEVER[name]}."
    meanwhile = f"; meanwhile {MEANWHILE[name]}" if name in MEANWHILE else ""
    return f"The operator can allow it with `belljar assets add {name}`{meanwhile}."
