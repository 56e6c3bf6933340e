"""Checks of optimizers' options."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from .._check import check_flag
from .._core import Tensor


def check_range(op: str, name: str, value: Any, low: float = 0, below: float = math.inf) -> None:
    """Raises unless value is finite and low <= value < below."""
    if not hasattr(value, "__float__"):
        raise TypeError(f"[{op}] {name} must be a number, got {type(value).__name__}.")
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"[{op}] {name} must be finite, got {number:g}.")
    if not low <= number < below:
        upto = "" if below == math.inf else f" and below {below:g}"
        raise ValueError(f"[{op}] {name} must be at least {low:g}{upto}, got {number:g}.")


def check_hints(op: str, differentiable: bool) -> None:
    """Raises where a hint asks for more than it may: `foreach` and such mean nothing here."""
    check_flag(op, "differentiable", differentiable)
    if differentiable:
        raise ValueError(
            f"[{op}] differentiable must be False, got True; a step is not recorded for backward."
        )


def check_params(op: str, params: Any) -> None:
    """Raises TypeError unless params can be gone through for tensors or groups."""
    expected = f"[{op}] params must be an iterable of tensors or of groups, got"
    if isinstance(params, Tensor):
        raise TypeError(f"{expected} one tensor; put it in a list.")
    if isinstance(params, dict):
        raise TypeError(f"{expected} one dict; put it in a list.")
    if hasattr(params, "parameters"):
        raise TypeError(f"{expected} {type(params).__name__}; pass its parameters().")
    if not isinstance(params, Iterable):
        raise TypeError(f"{expected} {type(params).__name__}.")


def check_pair(op: str, name: str, values: Any) -> None:
    """Raises unless values are two numbers in [0, 1)."""
    if not isinstance(values, (tuple, list)) or len(values) != 2:
        raise TypeError(f"[{op}] {name} must be two numbers, got {values!r}.")
    for i, value in enumerate(values):
        check_range(op, f"{name}[{i}]", value, below=1)
