"""The examples in the docstrings run and print what they say."""

import doctest
import importlib
import pkgutil

import pytest

from deepcore import nn

MODULES = sorted(module.name for module in pkgutil.iter_modules(nn.__path__))


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    module = importlib.import_module(f"deepcore.nn.{name}")
    assert doctest.testmod(module).failed == 0


def test_every_layer_has_one():
    for name in nn.__all__:
        if isinstance(getattr(nn, name), type):
            assert ">>> " in getattr(nn, name).__doc__, name
