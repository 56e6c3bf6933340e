"""The same as `deepcore.data`, where PyTorch's users look for it."""

from ..data import *  # noqa: F403 - every name, so that none is listed twice
from ..data import __all__ as __all__
from ..data import __getattr__ as __getattr__
