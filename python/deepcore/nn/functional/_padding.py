"""Padding."""

from __future__ import annotations

from collections.abc import Sequence

from ... import _core
from ..._core import Tensor


def pad(
    input: Tensor, pad: Sequence[int], mode: str = "constant", value: float | None = None
) -> Tensor:
    """Makes trailing axes longer at their ends, or shorter where a number is negative.

    Args:
        input: of any dtype.
        pad: how many places to add before and after the last axis, then before and after the one
            in front of it, and so on.
        mode: what the places hold: 'constant' `value`, 'reflect' the elements mirrored at the
            outermost one, 'replicate' the outermost one, 'circular' those of the other end.
        value: the constant, 0 by default.

    Shape:
        Input (..., H, W), output (..., pad[2] + H + pad[3], pad[0] + W + pad[1]).

    Raises:
        ValueError: pad is not two numbers an axis; reflect and its axis is not longer than the
            pad; circular and the axis is shorter than the pad; mode is none of the four; value is
            given for another mode than 'constant'.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.pad(dc.tensor([1.0, 2.0, 3.0]), (2, 1), mode="reflect")
        tensor([3., 2., 1., 2., 3., 2.])
    """
    return _core.pad(input, pad, mode, value)
