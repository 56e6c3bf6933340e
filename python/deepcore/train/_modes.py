"""Training and eval mode for a while, whatever the modules' modes were before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from .. import nn


@contextmanager
def mode(model: nn.Module, *, training: bool) -> Iterator[None]:
    """Puts every module into one mode, and each back into its own at the end."""
    before = [(module, module.training) for module in model.modules()]
    model.train(training)  # a model's own train() may keep some layers in eval mode
    try:
        yield
    finally:
        for module, was_training in before:
            if module.training != was_training:  # setting it costs 1 us
                module.training = was_training
