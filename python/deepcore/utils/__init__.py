"""The places under which PyTorch's users look for `utils.data`."""

from . import data

__all__ = ["data"]
