"""A small numpydoc project."""

from __future__ import annotations


def area(side: float) -> float:
    """Area of a square.

    Parameters
    ----------
    side : float
        Length of a side.

    Returns
    -------
    float
        The area.

    See Also
    --------
    volume : The same in three dimensions.

    Notes
    -----
    Sides are not negative.

    Examples
    --------
    Without a library, a square's area is a product:

    >>> side * side
    9

    A loop has more of them:

    >>> for number in range(2):
    ...     print(number * number)
    0
    1
    """
    return side * side


def volume(side: float) -> float:
    """Volume of a cube.

    Examples
    --------
    .. disable_try_examples

    >>> volume(2)
    8
    """
    return side**3


def secret(side: float) -> float:
    """Has no example.

    Parameters
    ----------
    side : float
        Anything.
    """
    return side
