"""Training: Trainer, its loop, metrics, history and progress."""

from ._history import History
from ._trainer import Trainer

__all__ = ["History", "Trainer"]
