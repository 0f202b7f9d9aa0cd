"""Engine: what pandas takes for Parquet where pyarrow is not there."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from types import ModuleType
from typing import Any

from belljar_harness.limits.loading import Loader
from belljar_harness.patches import Patches

#: Packages of the allowlist that read and write, with all that they need.
PACKAGES = ("arro3-core", "arro3-io", "nanoarrow")


def install(module: ModuleType, patches: Patches, loader: Loader) -> None:
    """Have pandas' module for Parquet take this engine where it finds none of its own.

    Args:
        module: `pandas.io.parquet`.
        loader: Brings the packages, where the sandbox has them.
    """
    original = module.get_engine

    def get_engine(engine: str) -> Any:
        try:
            return original(engine)
        except ImportError:
            if any(loader.allowlist.get(name) is None for name in PACKAGES):
                raise
            loader.load_now(PACKAGES)
            return Engine()

    patches.set(module, "get_engine", get_engine)


class Pieces:
    """A table in pieces: iterate over it, in a `with` if not to its end."""

    def __init__(self, pieces: Iterator[Any], close: Callable[[], None]) -> None:
        self._pieces = pieces
        self._close = close

    def __iter__(self) -> Pieces:
        return self

    def __next__(self) -> Any:
        try:
            return next(self._pieces)
        except BaseException:
            self._close()
            raise

    def __enter__(self) -> Pieces:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def close(self) -> None:
        self._close()


class Engine:
    """In the form that pandas calls."""

    def read(
        self,
        path: Any,
        columns: Sequence[str] | None = None,
        filters: Any = None,
        storage_options: Any = None,
        dtype_backend: Any = "",
        filesystem: Any = None,
        to_pandas_kwargs: Any = None,
        chunksize: int | None = None,
        **others: Any,
    ) -> Any:
        """A table, or its pieces of at most `chunksize` rows.

        Raises:
            ValueError: An option that there isn't here, no such column, or no Parquet file.
        """
        from pandas.io.common import get_handle

        from .filters import Filters
        from .reading import Reading, Source, by_backend

        _refuse({"filesystem": filesystem, "to_pandas_kwargs": to_pandas_kwargs, **others})
        if dtype_backend == "pyarrow":
            raise ImportError(
                'dtype_backend="pyarrow" needs pyarrow: "numpy_nullable" works.', name="pyarrow"
            )
        if isinstance(path, (str, os.PathLike)) and os.path.isdir(path):
            raise ValueError(
                f"{os.fspath(path)!r} is a folder: read its files one by one and put them together with "
                "pd.concat."
            )
        handles = get_handle(path, "rb", is_text=False, storage_options=storage_options)
        try:
            reading = Reading(
                Source(handles.handle), columns, Filters(filters), by_backend(str(dtype_backend))
            )
            if chunksize is None:
                return reading.whole()
            if chunksize < 1:
                raise ValueError("chunksize is a count of rows, 1 at least.")
            pieces = Pieces(reading.chunks(int(chunksize)), handles.close)
            handles = None
            return pieces
        finally:
            if handles is not None:
                handles.close()

    def write(
        self,
        table: Any,
        path: Any,
        compression: str | None = "snappy",
        index: bool | None = None,
        storage_options: Any = None,
        partition_cols: Any = None,
        filesystem: Any = None,
        **others: Any,
    ) -> None:
        """Write a table.

        Raises:
            ValueError: An option that there isn't here, or a column that can't be written.
        """
        from pandas.io.common import get_handle

        from .writing import write

        group = others.pop("row_group_size", None)
        _refuse({"partition_cols": partition_cols, "filesystem": filesystem, **others})
        with get_handle(path, "wb", is_text=False, storage_options=storage_options) as handles:
            write(table, handles.handle, compression, index, group)


def _refuse(options: dict[str, Any]) -> None:
    asked = [name for name, value in options.items() if value is not None]
    if asked:
        raise ValueError(
            f"{asked[0]} needs pyarrow, which this sandbox doesn't have. Without it work: columns, filters, "
            "dtype_backend, and chunksize for a table in pieces."
        )
