"""Parameter: a tensor that a module trains."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import _core
from .._core import Tensor


class Parameter(Tensor):
    """A tensor that becomes one of a module's parameters when it is assigned as an attribute.

    Args:
        data: the value, shared with a tensor, copied from anything else.
        requires_grad: whether backward gives it a gradient.

    Raises:
        TypeError: requires_grad on a value that is not float32 or float64.

    Example:
        >>> import deepcore as dc
        >>> scale = dc.nn.Parameter(dc.ones(3))
        >>> scale.requires_grad
        True
    """

    def __init__(self, data: Any, requires_grad: bool = True) -> None:
        super().__init__(data if isinstance(data, Tensor) else _core.tensor(data))
        self.requires_grad = requires_grad

    def __repr__(self) -> str:
        return f"Parameter containing:\n{super().__repr__()}"

    def __deepcopy__(self, memo: dict[int, Any]) -> Parameter:
        copied = type(self)(self.detach().clone(), self.requires_grad)
        memo[id(self)] = copied
        if self.grad is not None:
            copied.grad = self.grad.clone()
        copied.__dict__.update(copy.deepcopy(self.__dict__, memo))
        return copied

    def __reduce__(self) -> tuple[Callable[..., Parameter], tuple[Any, ...]]:
        return _rebuild, (type(self), self.detach().numpy(), self.requires_grad, self.__dict__)


def _rebuild(
    kind: type[Parameter],
    array: npt.NDArray[np.generic],
    requires_grad: bool,
    attributes: dict[str, Any],
) -> Parameter:
    parameter = kind(_core.tensor(array), requires_grad)
    parameter.__dict__.update(attributes)
    return parameter
