"""Rows of a table by index."""

from __future__ import annotations

from typing import Any

from ... import _core
from ..._check import check_flag, is_whole
from ..._core import Tensor


def embedding(
    input: Tensor,
    weight: Tensor,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Tensor:
    """The rows of `weight` (V, D) that `input` names; see `nn.Embedding`.

    With max_norm, these rows of `weight` are first scaled in place to at most that norm.

    Raises:
        IndexError: an index is not in 0 to V − 1.
        ValueError: weight has not two axes, or an option is out of range.
        TypeError: input does not hold int64.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.embedding(dc.tensor([2, 0]), dc.arange(6.0).reshape(3, 2))
        tensor([[4., 5.],
                [0., 1.]])
    """
    check_options(max_norm, norm_type, scale_grad_by_freq, sparse)
    if padding_idx is not None and isinstance(weight, Tensor) and weight.ndim == 2:
        padding_idx = row_of(padding_idx, weight.shape[0])
    if max_norm is not None:
        _core.embedding_renorm_(weight, input, max_norm, norm_type)
    return _core.embedding(input, weight, padding_idx, scale_grad_by_freq, sparse)


def row_of(padding_idx: Any, rows: int) -> int:
    """The row a padding_idx means, which counts from the end where it is negative."""
    if not is_whole(padding_idx):
        raise TypeError(
            f"[embedding] padding_idx must be a whole number or None, got {padding_idx!r}."
        )
    if not -rows <= padding_idx < rows:
        raise ValueError(
            f"[embedding] padding_idx must be in {-rows} to {rows - 1} for num_embeddings={rows}, "
            f"got {padding_idx}."
        )
    return int(padding_idx) % rows


def check_options(max_norm: Any, norm_type: Any, scale_grad_by_freq: Any, sparse: Any) -> None:
    """Raises unless the options of an embedding are of their kinds and in range."""
    if max_norm is not None:
        _check_number("max_norm", max_norm)
        if not max_norm >= 0:
            raise ValueError(f"[embedding] max_norm must be at least 0, got {max_norm}.")
    _check_number("norm_type", norm_type)
    if not norm_type > 0:
        raise ValueError(f"[embedding] norm_type must be above 0, got {norm_type}.")
    check_flag("embedding", "scale_grad_by_freq", scale_grad_by_freq)
    check_flag("embedding", "sparse", sparse)


def _check_number(name: str, value: Any) -> None:
    if not hasattr(value, "__float__"):
        raise TypeError(f"[embedding] {name} must be a number, got {type(value).__name__}.")
