"""Removed: what libraries have taken away, and what does it now.

Models and old notebooks write for the versions that they know. Keys are the owner's name as Python says it in
the error, a dot, and what was missed; for arguments the name of the function. Source: the libraries' release
notes.
"""

from __future__ import annotations

import re

#: Attributes and names to import.
NAMES = {
    "DataFrame.append": "pd.concat([df, other])",
    "Series.append": "pd.concat([series, other])",
    "DataFrame.iteritems": "df.items()",
    "Series.iteritems": "series.items()",
    "DataFrame.ix": "df.loc[...] or df.iloc[...]",
    "Series.ix": "series.loc[...] or series.iloc[...]",
    "DataFrame.applymap": "df.map(function)",
    "DataFrame.as_matrix": "df.to_numpy()",
    "DataFrame.get_value": "df.at[row, column]",
    "DataFrame.set_value": "df.at[row, column] = value",
    "DataFrame.mad": "(df - df.mean()).abs().mean()",
    "Series.mad": "(series - series.mean()).abs().mean()",
    "DataFrame.lookup": "df.to_numpy()[rows, df.columns.get_indexer(columns)]",
    "DataFrame.sort": "df.sort_values(column)",
    "Series.sort": "series.sort_values()",
    "DataFrame.swapaxes": "df.transpose()",
    "DataFrame.pad": "df.ffill()",
    "DataFrame.backfill": "df.bfill()",
    "pandas.datetime": "`import datetime`",
    "pandas.np": "`import numpy as np`",
    "pandas.Panel": "a DataFrame with a MultiIndex",
    "pandas.rolling_mean": "series.rolling(window).mean()",
    "pandas.TimeGrouper": "pd.Grouper(freq=...)",
    "pandas.Int64Index": "pd.Index",
    "pandas.Float64Index": "pd.Index",
    "pandas.util.testing": "pandas.testing",
    "numpy.trapz": "np.trapezoid(y, x)",
    "numpy.in1d": "np.isin(a, b)",
    "numpy.product": "np.prod(a)",
    "numpy.cumproduct": "np.cumprod(a)",
    "numpy.sometrue": "np.any(a)",
    "numpy.asscalar": "a.item()",
    "numpy.msort": "np.sort(a, axis=0)",
    "scipy.integrate.simps": "scipy.integrate.simpson(y, x=x)",
    "scipy.integrate.trapz": "scipy.integrate.trapezoid(y, x)",
    "scipy.integrate.cumtrapz": "scipy.integrate.cumulative_trapezoid(y, x)",
    "scipy.misc.derivative": "scipy.differentiate.derivative(f, x)",
    "scipy.misc.imread": "matplotlib.image.imread(path)",
    "scipy.misc.factorial": "math.factorial(n), or scipy.special.factorial",
    "scipy.misc.comb": "math.comb(n, k), or scipy.special.comb",
    "scipy.stats.binom_test": "scipy.stats.binomtest(k, n, p).pvalue",
    "scipy.signal.gaussian": "scipy.signal.windows.gaussian",
    "scipy.signal.hann": "scipy.signal.windows.hann",
    "scipy.signal.hamming": "scipy.signal.windows.hamming",
    "scipy.signal.blackman": "scipy.signal.windows.blackman",
    "scipy.interp": "np.interp",
    "scipy.median": "np.median",
    "FigureCanvas.tostring_rgb": "np.asarray(canvas.buffer_rgba())[..., :3]",
    "Axes.set_axis_bgcolor": "ax.set_facecolor(color)",
    "matplotlib.cm.get_cmap": "plt.get_cmap(name)",
    "FigureManager.window": "nothing: figures have no windows here",
    "seaborn.factorplot": "sns.catplot",
    "seaborn.tsplot": "sns.lineplot",
    "sklearn.metrics.plot_confusion_matrix": "ConfusionMatrixDisplay.from_estimator(model, X, y)",
    "sklearn.metrics.plot_roc_curve": "RocCurveDisplay.from_estimator(model, X, y)",
    "sklearn.preprocessing.Imputer": "sklearn.impute.SimpleImputer",
    "sklearn.externals.joblib": "`import joblib`",
    "sklearn.datasets.load_boston": "load_diabetes() or a table of your own",
    "OneHotEncoder.get_feature_names": "encoder.get_feature_names_out()",
    "CountVectorizer.get_feature_names": "vectorizer.get_feature_names_out()",
    "TfidfVectorizer.get_feature_names": "vectorizer.get_feature_names_out()",
    "ColumnTransformer.get_feature_names": "transformer.get_feature_names_out()",
    "networkx.info": "print(graph)",
    "networkx.write_gpickle": "pickle.dump(graph, file)",
    "networkx.from_pandas_dataframe": "nx.from_pandas_edgelist",
    "time.clock": "time.perf_counter()",
    "inspect.getargspec": "inspect.getfullargspec, or inspect.signature",
    "asyncio.coroutine": "`async def`",
    "asyncio.async": "asyncio.create_task",
    "string.letters": "string.ascii_letters",
    "string.maketrans": "str.maketrans",
    "itertools.izip": "zip",
    "itertools.imap": "map",
    "itertools.izip_longest": "itertools.zip_longest",
    "fractions.gcd": "math.gcd",
    "dict.has_key": "`key in d`",
    "dict.iteritems": "d.items()",
    "dict.itervalues": "d.values()",
    "TestCase.assertEquals": "assertEqual",
    "ast.Num": "ast.Constant",
    "ast.Str": "ast.Constant",
    "importlib.find_loader": "importlib.util.find_spec",
    "pkgutil.find_loader": "importlib.util.find_spec",
}
#: Classes that moved from `collections`.
_ABSTRACT = frozenset(
    [
        *("Mapping", "MutableMapping", "Sequence", "MutableSequence", "Iterable", "Iterator", "Callable"),
        *("Set", "MutableSet", "Hashable", "Sized", "Container", "Generator", "Awaitable", "Coroutine"),
    ]
)

#: Modules of Python, and what is there now.
MODULES = {
    "imp": "importlib",
    "distutils": "packaging.version for versions, shutil for files, sysconfig",
    "pkg_resources": "importlib.metadata and importlib.resources",
    "asyncore": "asyncio",
    "asynchat": "asyncio",
    "cgi": "urllib.parse and email",
    "telnetlib": "nothing: a browser has no sockets",
    "formatter": "nothing: print",
    "pipes": "shlex",
    "crypt": "hashlib",
    "sndhdr": "the wave module",
    "imghdr": "PIL.Image.open(path).format",
    "nntplib": "nothing: a browser has no sockets",
    "urllib2": "urllib.request",
    "urlparse": "urllib.parse",
    "cPickle": "pickle",
    "StringIO": "io.StringIO",
    "cStringIO": "io.StringIO",
    "ConfigParser": "configparser",
    "Queue": "queue",
    "HTMLParser": "html.parser",
    "Tkinter": "nothing: a sandbox has no windows; draw with matplotlib",
    "__builtin__": "builtins",
    "commands": "subprocess",
    "sklearn.cross_validation": "sklearn.model_selection",
    "sklearn.grid_search": "sklearn.model_selection",
    "sklearn.externals.joblib": "joblib",
    "sklearn.externals.six": "six",
    "mpl_toolkits.basemap": "nothing: draw longitudes and latitudes as x and y",
    "matplotlib.mlab": "numpy and scipy",
    "pandas.io.data": "a file: a sandbox has no network",
}

#: Builtins of Python 2.
BUILTINS = {
    "unicode": "str",
    "xrange": "range",
    "raw_input": "input",
    "reduce": "functools.reduce",
    "basestring": "str",
    "long": "int",
    "unichr": "chr",
    "file": "open",
    "cmp": "(a > b) - (a < b)",
    "execfile": "exec(open(path).read())",
    "reload": "importlib.reload",
}

#: Arguments, by the function that refuses them.
ARGUMENTS = {
    "fillna.method": "df.ffill() or df.bfill()",
    "read_csv.error_bad_lines": 'on_bad_lines="skip"',
    "read_csv.warn_bad_lines": 'on_bad_lines="warn"',
    "read_csv.squeeze": '.squeeze("columns") on what it gives',
    "read_csv.date_parser": 'parse_dates=[...] with date_format="..."',
    "read_csv.delim_whitespace": 'sep=r"\\s+"',
    "to_csv.line_terminator": "lineterminator=",
    "groupby.axis": "df.T.groupby(...)",
    "drop_duplicates.take_last": 'keep="last"',
    "gca.projection": 'fig.add_subplot(projection="3d")',
    "set.normed": "density=True",
    "hist.normed": "density=True",
    "__init__.sparse": "sparse_output=",
    "__init__.normalize": "a pipeline with StandardScaler()",
    "__init__.base_estimator": "estimator=",
    "__init__.n_iter": "max_iter=",
    "__init__.affinity": "metric=",
    ".squared": "sklearn.metrics.root_mean_squared_error(y, predicted)",
}

_ARGUMENT = re.compile(r"(?:(\w{1,99})\(\) )?got an unexpected keyword argument '(\w{1,99})'")
_IMPORT = re.compile(r"cannot import name '(\w{1,99})' from '([\w.]{1,200})'")
_STYLE = re.compile(r"'(seaborn(?:-\w{1,40})?)' is not a valid package style")


def instead(error: BaseException) -> str | None:
    """One sentence on what does now what code misses, or None."""
    found = _found(error)
    return None if found is None else f"Newer versions don't have this any more. Now it is: {found}."


def _found(error: BaseException) -> str | None:
    text = str(error)[:2_000]
    if isinstance(error, OSError) and (style := _STYLE.search(text)):
        return f'plt.style.use("{style[1].replace("seaborn", "seaborn-v0_8", 1)}")'
    argument = _ARGUMENT.search(text) if isinstance(error, (TypeError, AttributeError)) else None
    if argument:
        return ARGUMENTS.get(f"{argument[1] or ''}.{argument[2]}")
    if isinstance(error, NameError):
        return BUILTINS.get(error.name or "")
    if isinstance(error, ModuleNotFoundError):
        return MODULES.get(error.name or "")
    if isinstance(error, ImportError):
        named = _IMPORT.search(text)
        return _named(named[2], named[1]) if named else None
    return _attribute(error) if isinstance(error, AttributeError) and error.name else None


def _attribute(error: AttributeError) -> str | None:
    owner, missed = error.obj, str(error.name)
    if isinstance(owner, type):
        kinds = owner.__mro__
    elif isinstance(name := getattr(owner, "__name__", None), str) and isinstance(owner, type(re)):
        return _named(name, missed)
    else:
        kinds = type(owner).__mro__
    return next((it for kind in kinds if (it := NAMES.get(f"{kind.__name__}.{missed}"))), None)


def _named(module: str, name: str) -> str | None:
    if module == "collections" and name in _ABSTRACT:
        return f"collections.abc.{name}"
    return NAMES.get(f"{module}.{name}")
