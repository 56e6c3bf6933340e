"""The examples in the docstrings of optimizers, schedulers and random ops."""

from __future__ import annotations

import doctest
import importlib

import pytest

MODULES = [
    *(f"optim._{name}" for name in ("adadelta", "adagrad", "adam", "rmsprop", "sgd")),
    "optim.lr_scheduler",
    "nn.init",
    "nn.utils._clip",
    "_random",
    "random",
]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    result = doctest.testmod(importlib.import_module(f"deepcore.{name}"))
    assert result.attempted > 0
    assert result.failed == 0
