"""Row order: the rows that stand at some places of a sorted column, without sorting all of it.

A page of a table is some hundred rows of a million. Which ones they are is a selection, which looks at each
value a few times; only they are sorted.
"""

from __future__ import annotations

from typing import Any

#: Rows with the same beginning that are compared whole; of more all is sorted.
SAME = 100_000
#: Values that are looked at to tell whether a column repeats itself.
SAMPLE = 10_000
#: Characters that a key holds, and of a beginning that all texts share.
KEY_CHARS = 3
SHARED = 40


class Keys:
    """A column as numbers in the order of its values.

    Attributes:
        present: The rows that have a value; the others come last in either direction.
        values: A number for each of those.
        texts: The values themselves, where rows with the same number are not the same.
    """

    def __init__(self, present: Any, values: Any, texts: Any = None) -> None:
        self.present = present
        self.values = values
        self.texts = texts

    @property
    def size(self) -> int:
        """Bytes."""
        own = int(self.present.nbytes + self.values.nbytes)
        return own if self.texts is None else own + int(self.texts.nbytes)


def keys_of(part: Any) -> Keys | None:
    """The keys of a Series that counts its rows from 0; None where its values have no order by number.

    Attributes are numpy's and pandas', values are looked at and never called.
    """
    import numpy as np
    import pandas as pd

    missing = part.isna().to_numpy()
    present = np.flatnonzero(~missing)
    dtype = part.dtype
    if isinstance(dtype, np.dtype) and dtype.kind in "iufb":
        values = part.to_numpy()[present]
        return Keys(present, values.view("u1") if dtype.kind == "b" else values)
    if dtype.kind in "mM":
        # Of a zone, too, they are moments.
        return Keys(present, np.asarray(part.array.asi8)[present])
    if isinstance(dtype, pd.CategoricalDtype):
        return Keys(present, np.asarray(part.cat.codes)[present])
    values = part.to_numpy(dtype=object)[present]
    if len(values) == 0 or pd.api.types.infer_dtype(values, skipna=False) != "string":
        return None
    return _text_keys(present, values)


def _text_keys(present: Any, texts: Any) -> Keys | None:
    import numpy as np
    import pandas as pd

    # A column that repeats itself: its few values are sorted.
    if len(set(texts[:SAMPLE].tolist())) < min(SAMPLE, len(texts)) / 2:
        codes, uniques = pd.factorize(texts)
        if len(uniques) <= SAME:
            ranks = np.empty(len(uniques), np.int32)
            ranks[sorted(range(len(uniques)), key=uniques.__getitem__)] = np.arange(
                len(uniques), dtype=np.int32
            )
            return Keys(present, ranks[codes])
    # Sorted texts between the least and the greatest begin as both of them do.
    least, greatest = min(texts), max(texts)
    shared = next((at for at, letter in enumerate(least) if greatest[at] != letter), len(least))
    if shared > SHARED:
        return None
    letters = texts.astype(f"U{shared + KEY_CHARS}")
    codes = letters.view(np.uint32).reshape(len(texts), -1)[:, shared:].astype(np.int64)
    key = np.zeros(len(texts), np.int64)
    for at in range(codes.shape[1]):
        key = (key << 21) | codes[:, at]
    return Keys(present, key, texts)


def window(keys: Keys, start: int, stop: int, *, descending: bool) -> Any:
    """The rows at the places from `start` to `stop` of the sorted column, stable, missing values last.

    Returns:
        Their numbers; None where so many begin alike that all would have to be sorted.
    """
    import numpy as np

    count = len(keys.values)
    stop = min(stop, count)
    if start >= stop:
        return np.empty(0, np.intp)
    values = _reversed(keys.values) if descending else keys.values
    first, last = np.partition(values, sorted({start, stop - 1}))[[start, stop - 1]]
    before = int(np.count_nonzero(values < first))
    chosen = np.flatnonzero((values >= first) & (values <= last))
    if keys.texts is not None:
        if len(chosen) > SAME:
            return None
        texts = keys.texts[chosen].tolist()
        # `reverse` keeps the order of those that are the same.
        order = sorted(range(len(texts)), key=texts.__getitem__, reverse=descending)
        chosen = chosen[order]
    elif first != last:
        chosen = chosen[values[chosen].argsort(kind="stable")]
    return keys.present[chosen[start - before : stop - before]]


def _reversed(values: Any) -> Any:
    """Numbers in the opposite order; none of them overflows."""
    return -values if values.dtype.kind == "f" else ~values
