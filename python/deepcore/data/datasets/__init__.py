"""Real data sets as NumPy arrays, ready for a Trainer, a TensorDataset or a loop of one's own."""

from ._cifar10 import cifar10
from ._digits import digits
from ._mnist import mnist

__all__ = ["cifar10", "digits", "mnist"]
