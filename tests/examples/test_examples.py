"""The examples run as they stand and learn what they claim."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


def last_number(name: str) -> float:
    command = [sys.executable, str(EXAMPLES / name)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode == 0, result.stderr
    return float(re.findall(r"\d+\.\d+", result.stdout)[-1])


def test_own_loop() -> None:
    pytest.importorskip("sklearn", reason="the digits come with scikit-learn")
    assert last_number("own_loop.py") > 95


def test_regression() -> None:
    assert last_number("regression.py") < 0.1


def test_every_example_is_tested() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    assert all(f'"{path.name}"' in source for path in EXAMPLES.glob("*.py"))
