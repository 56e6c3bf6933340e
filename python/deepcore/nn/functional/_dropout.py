"""Dropout."""

from __future__ import annotations

from ... import _core
from ..._core import Tensor
from ._check import check_share


def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Zeros with probability p, the rest scaled by 1 / (1 − p); see `nn.Dropout`.

    Raises:
        ValueError: p is not in 0 to 1.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.dropout(dc.ones(3), 0.5, training=False)
        tensor([1., 1., 1.])
    """
    check_probability(p)
    return _core.dropout(input, p) if training else input


def check_probability(p: float) -> None:
    """Raises unless p is a probability."""
    check_share("dropout", "p", p)
