"""Row text: a column's values as one piece of text, in which rows are found by a few passes over its bytes.

What is dear, to write values as text, is done once, piece by piece of a column, for each different value of a
piece once, and kept for the next search.
"""

from __future__ import annotations

from typing import Any

#: Bytes that are kept of all columns, and characters of one piece.
MOST_BYTES = 150_000_000
MOST_PIECE = 60_000_000
#: Rows of a piece.
PIECE = 25_000
#: Bytes in which the letter is looked for that is rarest.
RARE = 20_000
#: Values that are looked at to tell whether a column repeats itself.
SAMPLE = 1_000
#: Times that are written at once.
CHUNK = 100_000
#: What numbers and times are written with, in small letters.
_NUMBER = frozenset("0123456789.+-einfa")
_TIME = frozenset("0123456789.:+- daysutc")
_END = "\0"


class Text:
    """The different values of a column in small letters, an end behind each."""

    def __init__(self, content: bytes | Any, codes: Any, present: Any) -> None:
        """Lay out.

        Args:
            content: The values, as bytes or an array of them.
            codes: For each row that has a value, which of them it is; None where each has its own.
            present: Those rows; None where all rows have a value.
        """
        import numpy as np

        self._bytes = np.frombuffer(content, np.uint8)
        self._ends = np.flatnonzero(self._bytes == 0).astype(np.int32)
        self._codes = codes
        self._present = present

    @property
    def size(self) -> int:
        """Bytes."""
        parts = (self._bytes, self._ends, self._codes, self._present)
        return sum(int(part.nbytes) for part in parts if part is not None)

    def rows_with(self, text: str) -> Any:
        """The rows whose values hold a text in small letters; as numbers, or as a mask of all rows."""
        import numpy as np

        wanted = text.encode("utf-8", "surrogatepass")
        if _END in text or not wanted or len(wanted) > len(self._bytes):
            return np.empty(0, np.intp)
        # The letter that is rarest in it, so that most places are ruled out by one look.
        counts = [np.count_nonzero(self._bytes[:RARE] == byte) for byte in wanted]
        rare = counts.index(min(counts))
        places = np.flatnonzero(self._bytes == wanted[rare]) - rare
        places = places[(places >= 0) & (places <= len(self._bytes) - len(wanted))]
        for at, byte in enumerate(wanted):
            if at != rare:
                places = places[self._bytes[places + at] == byte]
        values = np.zeros(len(self._ends), dtype=bool)
        values[np.searchsorted(self._ends, places)] = True
        rows = values if self._codes is None else values[self._codes]
        return rows if self._present is None else self._present[rows]


class Sought:
    """What a search has found so far.

    Attributes:
        seen: Rows that were looked at, from the first on.
        count: Rows that were found.
    """

    def __init__(self, among: Any) -> None:
        """Begin; `among` is a mask of the rows that may match, None for all."""
        self.seen = 0
        self.count = 0
        self._among = among
        self._found: list[Any] = []

    def add(self, found: Any) -> None:
        """Add the next rows, as a mask."""
        import numpy as np

        if self._among is not None:
            found = found & self._among[self.seen : self.seen + len(found)]
        rows = np.flatnonzero(found) + self.seen
        self._found.append(rows)
        self.count += len(rows)
        self.seen += len(found)

    def rows(self) -> Any:
        """Numbers of the rows that were found."""
        import numpy as np

        if len(self._found) != 1:
            self._found = [np.concatenate(self._found)] if self._found else [np.empty(0, np.intp)]
        return self._found[0]


def may_hold(part: Any, text: str) -> bool:
    """Whether values of this column's kind can hold a text (in small letters) at all."""
    kind = part.dtype.kind
    if kind in "iuf":
        return set(text) <= _NUMBER
    if kind in "mM":
        # A zone may have any letters.
        return set(text) <= _TIME or getattr(part.dtype, "tz", None) is not None
    return True


def text_of(part: Any) -> Text | None:
    """The text of a Series that counts its rows from 0; None where it is too long, or can't be laid out."""
    import numpy as np
    import pandas as pd

    there = part.notna().to_numpy()
    present = None if there.all() else np.flatnonzero(there)
    values = part if present is None else part.iloc[present]
    codes = None
    if _repeats(values):
        codes, uniques = pd.factorize(values)
        codes, values = codes.astype(np.int32), pd.Series(uniques)
    content = _times(values) if values.dtype.kind == "M" else None
    if content is None:
        content = _words(values)
    return None if content is None else Text(content, codes, present)


def _repeats(values: Any) -> bool:
    """Whether a column has much fewer values than rows, judged by its first ones."""
    sample = values.iloc[:SAMPLE]
    return len(sample) > 0 and sample.nunique() < len(sample) / 2


def _words(values: Any) -> bytes | None:
    words = values.tolist()
    if values.dtype.kind in "iu" or str(values.dtype) == "float64":
        words = list(map(str, words))
    elif any(type(word) is not str for word in words):
        words = values.astype(str).tolist()
    content = _END.join(words) + _END if words else ""
    if content.count(_END) != len(words) or len(content) > MOST_PIECE:
        return None
    return content.lower().encode("utf-8", "surrogatepass")


def _times(values: Any) -> Any:
    """Times of no zone as pandas writes them; None for others, and where parts of seconds are written."""
    import numpy as np

    if getattr(values.dtype, "tz", None) is not None or len(values) == 0:
        return None
    moments = values.to_numpy()
    seconds = moments.astype("M8[s]")
    if (seconds != moments).any():
        return None
    days = (seconds.astype("M8[D]") == seconds).all()
    width = 10 if days else 19
    years = seconds[[seconds.argmin(), seconds.argmax()]].astype("M8[Y]").astype(int) + 1970
    if years[0] < 1000 or years[1] > 9999:
        return None
    letters = np.zeros((len(seconds), width + 1), np.uint8)
    for at in range(0, len(seconds), CHUNK):
        words = np.datetime_as_string(seconds[at : at + CHUNK], unit="D" if days else "s")
        piece = words.astype(f"S{width}").view(np.uint8).reshape(-1, width)
        letters[at : at + CHUNK, :width] = piece
    if not days:
        letters[:, 10] = ord(" ")
    return letters.reshape(-1)
