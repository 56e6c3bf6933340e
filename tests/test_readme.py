"""The README's Python runs, and its commands stand there as they must."""

from __future__ import annotations

import doctest
import os
from pathlib import Path

import pytest

from deepcore.cli import recipe_names

README = Path(__file__).parent.parent / "README.md"


def test_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = README.read_text()
    example = doctest.DocTestParser().get_doctest(text, {}, README.name, str(README), 0)
    assert len(example.examples) > 20
    said: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    runner.run(example, out=said.append)
    assert not said, "".join(said)
    assert os.listdir(tmp_path) == ["model.safetensors"]  # the example's; what fails leaves none


def test_every_recipe_is_named() -> None:
    more = README.read_text().partition("## More")[2]
    assert [name for name in recipe_names() if f"`{name}`" not in more] == []


def test_commands() -> None:
    lines = README.read_text().splitlines()
    assert 'pip install ".[examples]" && deepcore train digits-mlp' in lines
    assert 'pip install ".[test]" && pytest' in lines
