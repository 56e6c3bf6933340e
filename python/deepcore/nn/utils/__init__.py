"""Beside layers: clipping of gradients, and sequences of several lengths (`rnn`)."""

from . import rnn
from ._clip import clip_grad_norm_, clip_grad_value_

__all__ = ["clip_grad_norm_", "clip_grad_value_", "rnn"]
