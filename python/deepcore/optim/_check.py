"""Checks of optimizers' options."""

from __future__ import annotations

import math
from typing import Any


def check_range(op: str, name: str, value: Any, low: float = 0, below: float = math.inf) -> None:
    """Raises unless low <= value < below."""
    if not hasattr(value, "__float__"):
        raise TypeError(f"[{op}] {name} must be a number, got {type(value).__name__}.")
    if not low <= float(value) < below:
        upto = "" if below == math.inf else f" and below {below:g}"
        raise ValueError(f"[{op}] {name} must be at least {low:g}{upto}, got {float(value):g}.")


def check_pair(op: str, name: str, values: Any) -> None:
    """Raises unless values are two numbers in [0, 1)."""
    if not isinstance(values, (tuple, list)) or len(values) != 2:
        raise TypeError(f"[{op}] {name} must be two numbers, got {values!r}.")
    for i, value in enumerate(values):
        check_range(op, f"{name}[{i}]", value, below=1)
