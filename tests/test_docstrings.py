"""Public names are described, and the examples in the docstrings print what they say."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
import re
from pathlib import Path
from typing import Any

import pytest

import deepcore as dc
from deepcore import data, nn, optim

MODULES = [
    "deepcore",
    *(
        found.name
        for found in pkgutil.walk_packages(dc.__path__, "deepcore.")
        if not found.name.startswith("deepcore._kernels")  # the extension loads them, not Python
    ),
]
PUBLIC = [
    pytest.param(getattr(owner, name), id=f"{owner.__name__}.{name}")
    for owner in (dc, nn, nn.functional, nn.utils.rnn, optim, data, data.transforms, dc.models)
    for name in owner.__all__
    if name != "__version__"
]
METHODS = [name for name in vars(dc.Tensor) if not name.startswith("_")]
CLASSES = [
    pytest.param(getattr(owner, name), id=name)
    for owner in (nn, optim, optim.lr_scheduler, dc.train)
    for name in owner.__all__
    if isinstance(getattr(owner, name), type)
]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    module = importlib.import_module(name)
    said: list[str] = []
    runner = doctest.DocTestRunner()
    for example in doctest.DocTestFinder().find(module):
        runner.run(example, out=said.append)
    assert not said, "".join(said)
    assert not list(tmp_path.iterdir())


def is_described(value: Any) -> bool:
    """Whether there is more than the signatures that pybind11 writes."""
    lines = [line for line in (value.__doc__ or "").splitlines() if line]
    return any(not re.search(r"\) -> |\(\*args, \*\*kwargs\)|Overloaded", line) for line in lines)


@pytest.mark.parametrize("public", PUBLIC)
def test_described(public: Any) -> None:
    assert is_described(public)


@pytest.mark.parametrize("public", CLASSES)
def test_has_an_example(public: type) -> None:
    assert ">>> " in (public.__doc__ or "")


@pytest.mark.parametrize("name", METHODS)
def test_method_described(name: str) -> None:
    assert is_described(inspect.getattr_static(dc.Tensor, name))
