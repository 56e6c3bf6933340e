"""Real data sets, the same as `deepcore.data.datasets`."""

from .data.datasets import SpokenDigits, cifar10, digits, fsdd, mnist, tinyshakespeare

__all__ = ["SpokenDigits", "cifar10", "digits", "fsdd", "mnist", "tinyshakespeare"]
