"""Checks of options that layers, optimizers, data sets and training share."""

from __future__ import annotations

from typing import Any

import numpy as np


def is_whole(number: Any) -> bool:
    """Whether this is a whole number, which True and False are not."""
    return isinstance(number, (int, np.integer)) and not isinstance(number, bool)


def check_flag(op: str, name: str, value: Any) -> None:
    """TypeError unless value is True or False."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"[{op}] {name} must be True or False, got {value!r}.")


def check_size(op: str, name: str, value: Any) -> None:
    """Raises unless value is a whole number that is not negative."""
    check_whole(op, name, value)
    if value < 0:
        raise ValueError(f"[{op}] {name} must not be negative, got {value}.")


def check_whole(op: str, name: str, value: Any) -> None:
    """TypeError unless value is a whole number."""
    if not is_whole(value):
        raise TypeError(f"[{op}] {name} must be a whole number, got {value!r}.")
