"""Real data sets, the same as `deepcore.data.datasets`."""

from .data.datasets import cifar10, digits, mnist

__all__ = ["cifar10", "digits", "mnist"]
