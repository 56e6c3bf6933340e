"""The examples in the docstrings run and print what they say."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

from deepcore import train

MODULES = [f"deepcore.train.{module.name}" for module in pkgutil.iter_modules(train.__path__)]


@pytest.mark.parametrize("name", [*MODULES, "deepcore._summary"])
def test_examples(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_what_is_public_has_one() -> None:
    for name in train.__all__:
        assert ">>> " in (getattr(train, name).__doc__ or ""), name
