"""Layers that change the shape alone, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .._core import Tensor
from ._module import Module


class Identity(Module):
    """Returns its input. Arguments of the constructor are accepted and mean nothing, as in PyTorch.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.Identity()(dc.ones(2))
        tensor([1., 1.])
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    def forward(self, input: Tensor) -> Tensor:
        return input


class Flatten(Module):
    """Joins the axes from start_dim to end_dim into one.

    Args:
        start_dim: the first axis to join.
        end_dim: the last axis to join.

    Shape:
        Input (N, *), output (N, product of *) by default.

    Raises:
        IndexError: an axis is out of range.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.Flatten()(dc.ones(32, 1, 5, 5)).shape
        (32, 25)
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim = start_dim
        self.end_dim = end_dim

    def forward(self, input: Tensor) -> Tensor:
        return input.flatten(self.start_dim, self.end_dim)

    def extra_repr(self) -> str:
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Unflatten(Module):
    """Cuts one axis into several.

    Args:
        dim: the axis to cut.
        unflattened_size: the sizes that it is cut into; one may be -1.

    Shape:
        Input (..., S, ...), output (..., *unflattened_size, ...).

    Raises:
        ValueError: the sizes do not multiply to S.
        TypeError: unflattened_size is not a sequence.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.Unflatten(1, (2, 5, 5))(dc.ones(2, 50)).shape
        (2, 2, 5, 5)
    """

    def __init__(self, dim: int, unflattened_size: Sequence[int]) -> None:
        super().__init__()
        if not isinstance(unflattened_size, Sequence):
            raise TypeError(
                "[Unflatten] unflattened_size must be a sequence of sizes, got "
                f"{unflattened_size!r}."
            )
        self.dim = dim
        self.unflattened_size = tuple(unflattened_size)

    def forward(self, input: Tensor) -> Tensor:
        return input.unflatten(self.dim, self.unflattened_size)

    def extra_repr(self) -> str:
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"
