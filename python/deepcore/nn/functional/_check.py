"""Checks that several functions share."""

from __future__ import annotations


def check_share(op: str, name: str, value: float) -> None:
    """Raises unless `value` is in 0 to 1."""
    if not hasattr(value, "__float__"):
        raise TypeError(f"[{op}] {name} must be a number, got {type(value).__name__}.")
    if not 0 <= value <= 1:
        raise ValueError(f"[{op}] {name} must be in 0 to 1, got {value}.")
