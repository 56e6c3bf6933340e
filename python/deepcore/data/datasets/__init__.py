"""Real data sets as NumPy arrays, ready for a Trainer, a TensorDataset or a loop of one's own.

`tinyshakespeare` gives strings, for a Vocab; `fsdd` data sets of recordings of several lengths.
"""

from ._cifar10 import cifar10
from ._digits import digits
from ._fsdd import SpokenDigits, fsdd
from ._mnist import mnist
from ._tinyshakespeare import tinyshakespeare

__all__ = ["SpokenDigits", "cifar10", "digits", "fsdd", "mnist", "tinyshakespeare"]
