"""Digits: 1,797 handwritten digits of 8x8 pixels, which come with scikit-learn."""

from __future__ import annotations

from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from .._split import stratified_split

Split = tuple[NDArray[np.float32], NDArray[np.int64]]

_TEST_SIZE = 360
_GREYS = 16  # the largest value of a pixel


@overload
def digits(*, train: None = ...) -> tuple[Split, Split]: ...
@overload
def digits(*, train: bool) -> Split: ...
def digits(*, train: bool | None = None) -> Split | tuple[Split, Split]:
    """Real handwritten digits, no download: `((x_train, y_train), (x_test, y_test))`.

    The 1,797 digits of `sklearn.datasets.load_digits`, always split the same way: 1,437 to train
    on and 360 to test on, each with a fifth of every digit's samples.

    Args:
        train: True or False gives `(x, y)` of that part alone.

    Shape:
        x: (1437, 64) and (360, 64), float32 from 0 to 1, the rows of each 8x8 image one by one.
        y: (1437,) and (360,), int64 from 0 to 9.

    Raises:
        ImportError: scikit-learn is missing.

    Reference: E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits", UCI, 1998.

    Example:
        >>> from deepcore import datasets
        >>> (x_train, y_train), (x_test, y_test) = datasets.digits()
        >>> x_train.shape, y_test.shape
        ((1437, 64), (360,))
    """
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise ImportError(
            "[digits] expected scikit-learn, which brings this data set, got "
            f"{type(error).__name__}: {error}; pip install scikit-learn."
        ) from error
    pixels, labels = load_digits(return_X_y=True)
    x: NDArray[Any] = (pixels / _GREYS).astype(np.float32)
    y: NDArray[Any] = labels.astype(np.int64)
    chosen, held_out = stratified_split(y, _TEST_SIZE, seed=0)
    parts = (x[chosen], y[chosen]), (x[held_out], y[held_out])
    return parts if train is None else parts[0 if train else 1]
