"""Row order: the rows that stand at some places of a sorted column, without sorting all of it.

A page of a table is some hundred rows of a million. Which ones they are is a selection, which looks at each
value a few times; only they are sorted.
"""

from __future__ import annotations

import math
from typing import Any

#: Rows with the same beginning that are compared whole; of more all is sorted.
SAME = 100_000
#: Values that are looked at to tell whether a column repeats itself.
SAMPLE = 10_000
#: Texts that stand for all in a guess at what is where, and how far it reaches, in standard deviations.
GUESS = 10_000
REACH = 3


class Keys:
    """A column as numbers in the order of its values, or as its texts.

    Attributes:
        present: The rows that have a value; the others come last in either direction.
        values: A number for each of those; None where there is no number that is had sooner than the order.
        texts: The values themselves, where there are no numbers.
        guess: Some of the texts, sorted.
    """

    def __init__(self, present: Any, values: Any, texts: Any = None) -> None:
        self.present = present
        self.values = values
        self.texts = texts
        self.guess: list[str] = (
            [] if texts is None else sorted(texts[:: max(1, len(texts) // GUESS)].tolist())
        )

    @property
    def size(self) -> int:
        """Bytes."""
        parts = (self.present, self.values, self.texts)
        return sum(int(part.nbytes) for part in parts if part is not None)


def keys_of(part: Any) -> Keys | None:
    """The keys of a Series that counts its rows from 0; None where its values have no order by number.

    Attributes are numpy's and pandas', values are looked at and never called.
    """
    import numpy as np
    import pandas as pd

    dtype = part.dtype
    texts = _texts(part)
    if texts is not None:
        return _text_keys(np.arange(len(texts)), texts)
    present = np.flatnonzero(part.notna().to_numpy())
    if isinstance(dtype, np.dtype) and dtype.kind in "iufb":
        values = part.to_numpy()[present]
        return Keys(present, values.view("u1") if dtype.kind == "b" else values)
    if dtype.kind in "mM":
        # Of a zone, too, they are moments.
        return Keys(present, np.asarray(part.array.asi8)[present])
    if isinstance(dtype, pd.CategoricalDtype):
        return Keys(present, np.asarray(part.cat.codes)[present])
    texts = _texts(part.iloc[present])
    return None if texts is None else _text_keys(present, texts)


def _texts(part: Any) -> Any:
    """The values of a Series, if all of them are texts; nearly as fast as to ask which are missing."""
    import pandas as pd

    if part.dtype.kind != "O" or isinstance(part.dtype, pd.CategoricalDtype):
        return None
    values = part.to_numpy(dtype=object)
    return values if pd.api.types.infer_dtype(values, skipna=False) == "string" else None


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
    return Keys(present, None, texts)


def window(keys: Keys, start: int, stop: int, *, descending: bool) -> Any:
    """The rows at the places from `start` to `stop` of the sorted column, stable, missing values last.

    Returns:
        Their numbers; None where so many begin alike that all would have to be sorted.
    """
    import numpy as np

    count = len(keys.present)
    stop = min(stop, count)
    if start >= stop:
        return np.empty(0, np.intp)
    if keys.texts is not None:
        found = _text_window(keys, start, stop, descending=descending)
        return None if found is None else keys.present[found]
    values = _reversed(keys.values) if descending else keys.values
    first, last = np.partition(values, sorted({start, stop - 1}))[[start, stop - 1]]
    before = int(np.count_nonzero(values < first))
    chosen = np.flatnonzero((values >= first) & (values <= last))
    if first != last:
        chosen = chosen[values[chosen].argsort(kind="stable")]
    return keys.present[chosen[start - before : stop - before]]


def _text_window(keys: Keys, start: int, stop: int, *, descending: bool) -> Any:
    """Texts at some places: two of a sample are guessed to lie around them, and only what does is sorted.

    All texts are compared with those two.
    """
    import numpy as np

    texts, guess = keys.texts, keys.guess
    count, known = len(texts), len(guess)
    # From the least on; `reverse` below keeps the order of those that are the same.
    lowest, highest = (count - stop, count - start) if descending else (start, stop)
    reach = REACH
    while True:
        low = _around(lowest / count, known, -reach)
        high = _around(highest / count, known, reach)
        below = np.zeros(count, bool) if low < 0 else texts < guess[low]
        within = ~below if high >= known else (texts <= guess[high]) & ~below
        before = int(np.count_nonzero(below))
        chosen = np.flatnonzero(within)
        if len(chosen) > SAME:
            return None
        if before <= lowest and before + len(chosen) >= highest:
            break
        reach *= 4
    values = texts[chosen].tolist()
    chosen = chosen[sorted(range(len(values)), key=values.__getitem__, reverse=descending)]
    skipped = count - before - len(chosen) if descending else before
    return chosen[start - skipped : stop - skipped]


def _around(share: float, known: int, reach: int) -> int:
    """The place in a sorted sample of a text that most likely lies before or behind a share of all.

    It may lie outside of the sample, where no text of it does.
    """
    return math.floor(share * known + reach * (math.sqrt(known * share * (1 - share)) + 1))


def _reversed(values: Any) -> Any:
    """Numbers in the opposite order; none of them overflows."""
    return -values if values.dtype.kind == "f" else ~values
