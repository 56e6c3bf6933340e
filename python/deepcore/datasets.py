"""Real data sets, the same as `deepcore.data.datasets`."""

from .data.datasets import digits, mnist

__all__ = ["digits", "mnist"]
