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


def dropout1d(
    input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False
) -> Tensor:
    """Zeros whole channels of (N, C, L) or (C, L) with probability p; see `nn.Dropout1d`.

    Raises:
        ValueError: p is not in 0 to 1, or the input has neither two nor three axes.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> sorted(set(F.dropout1d(dc.ones(50, 4)).sum(1).tolist()))
        [0.0, 8.0]
    """
    return _drop_channels("dropout1d", input, p, training, {2: 1, 3: 2})


def dropout2d(
    input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False
) -> Tensor:
    """Zeros whole channels of (N, C, H, W) or (N, C, L) with probability p; see `nn.Dropout2d`.

    Raises:
        ValueError: p is not in 0 to 1, or the input has neither three nor four axes.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> sorted(set(F.dropout2d(dc.ones(5, 10, 2, 2)).sum((2, 3)).flatten().tolist()))
        [0.0, 8.0]
    """
    return _drop_channels("dropout2d", input, p, training, {3: 2, 4: 2})


def dropout3d(
    input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False
) -> Tensor:
    """Zeros whole channels of (N, C, D, H, W) or (C, D, H, W); see `nn.Dropout3d`.

    Raises:
        ValueError: p is not in 0 to 1, or the input has neither four nor five axes.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> sorted(set(F.dropout3d(dc.ones(50, 1, 2, 2)).sum((1, 2, 3)).tolist()))
        [0.0, 8.0]
    """
    return _drop_channels("dropout3d", input, p, training, {4: 1, 5: 2})


def _drop_channels(
    op: str, input: Tensor, p: float, training: bool, leading: dict[int, int]
) -> Tensor:
    """Drops channels of the `leading[input.ndim]` first axes."""
    check_share(op, "p", p)
    axes = leading.get(input.ndim)
    if axes is None:
        wanted = " or ".join(map(str, leading))
        raise ValueError(f"[{op}] input must have {wanted} axes, got shape {input.shape}.")
    return _core.channel_dropout(input, axes, p) if training else input
