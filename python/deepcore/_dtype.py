"""The element types. `int32` is another name of `int64`: smaller integers are stored as 64 bits."""

from __future__ import annotations

import numpy as np

from ._core import dtype

bool = dtype.bool
uint8 = dtype.uint8
int64 = long = int = int32 = dtype.int64
float32 = float = dtype.float32
float64 = double = dtype.float64

dtype.__repr__ = dtype.__str__ = lambda t: f"deepcore.{t.name}"  # type: ignore[method-assign]  # an enum of the extension

_NUMPY = {t: np.dtype(t.name) for t in (bool, uint8, int64, float32, float64)}
SHARED = frozenset(_NUMPY.values())  # arrays of these a tensor can share


def numpy_dtype(t: dtype) -> np.dtype[np.generic]:
    """The NumPy dtype of the same elements."""
    return _NUMPY[t]
