"""The layers as functions: everything given, nothing kept."""

from __future__ import annotations

from typing import Any

from ..._core import linear
from ..._names import suggest
from ._activation import gelu, leaky_relu, log_softmax, relu, sigmoid, silu, softmax, tanh
from ._dropout import dropout
from ._loss import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    l1_loss,
    mse_loss,
    nll_loss,
)
from ._padding import pad

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "dropout",
    "gelu",
    "l1_loss",
    "leaky_relu",
    "linear",
    "log_softmax",
    "mse_loss",
    "nll_loss",
    "pad",
    "relu",
    "sigmoid",
    "silu",
    "softmax",
    "tanh",
]


def __getattr__(name: str) -> Any:
    raise AttributeError(suggest("nn.functional", name, __all__))
