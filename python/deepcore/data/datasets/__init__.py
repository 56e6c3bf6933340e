"""Real data sets as NumPy arrays, ready for a Trainer, a TensorDataset or a loop of one's own."""

from ._digits import digits
from ._mnist import mnist

__all__ = ["digits", "mnist"]
