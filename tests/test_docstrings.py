"""Public names are described, and the examples in the docstrings print what they say."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
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
    for owner in (dc, nn, nn.functional, optim, data)
    for name in owner.__all__
    if name != "__version__"
]
CLASSES = [
    pytest.param(getattr(owner, name), id=name)
    for owner in (nn, optim, dc.train)
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


@pytest.mark.parametrize("public", PUBLIC)
def test_described(public: Any) -> None:
    assert public.__doc__


@pytest.mark.parametrize("public", CLASSES)
def test_has_an_example(public: type) -> None:
    assert ">>> " in (public.__doc__ or "")
