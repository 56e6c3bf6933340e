"""Parameters of the op tables."""

from __future__ import annotations

import pytest


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    cases = getattr(metafunc.cls, "cases", None)
    if cases and "case" in metafunc.fixturenames:
        metafunc.parametrize("case", cases, ids=str)
