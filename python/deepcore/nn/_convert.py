"""Conversion of a module's values to another dtype, in place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._core import Tensor, dtype
from .._device import check_device, device

if TYPE_CHECKING:
    from ._module import Module

_FLOATING = (dtype.float32, dtype.float64)
_DEVICES = ("cpu", "cuda", "mps", "xpu", "meta")


def wanted(target: tuple[Any, ...], options: dict[str, Any]) -> dtype | None:
    """The dtype that the arguments of `Module.to` name, if any."""
    kind = options.pop("dtype", None)
    check_device(options.pop("device", None))
    for hint in ("non_blocking", "memory_format"):
        options.pop(hint, None)
    if options:
        raise TypeError(f"[to] unknown option {next(iter(options))!r}.")
    for item in target:
        if isinstance(item, Tensor):
            kind = item.dtype
        elif isinstance(item, device) or (isinstance(item, str) and item.split(":")[0] in _DEVICES):
            check_device(item)
        elif isinstance(item, (dtype, type, np.dtype, str)):
            kind = item
        elif item is not None and not isinstance(item, bool):
            raise TypeError(f"[to] expected a dtype, 'cpu' or a tensor, got {item!r}.")
    return None if kind is None else _core.to_dtype(kind)


def convert(module: Module, to: dtype | None) -> None:
    """Gives every floating parameter, gradient and buffer the dtype `to`; identities stay."""
    if to is None:
        return
    if to not in _FLOATING:
        raise TypeError(f"[to] a module's dtype must be float32 or float64, got {to}.")
    for value in (*module.parameters(), *module.buffers()):
        if value.dtype in _FLOATING and value.dtype != to:
            _convert_value(value, to)


def _convert_value(x: Tensor, to: dtype) -> None:
    # A tensor that records a gradient keeps its dtype, so it stops recording while that changes.
    required, grad = x.requires_grad, x.grad
    x.requires_grad = False
    x.data = x.detach().to(to)
    x.requires_grad = required
    if grad is not None:
        x.grad = grad.to(to)
