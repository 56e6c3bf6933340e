"""Parameters of the op tables, and signals as in a terminal."""

from __future__ import annotations

import signal

import pytest

# A run in the background of a script starts with SIGINT ignored, and so would every process it
# starts: the tests of Ctrl-C need the signal to arrive.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    cases = getattr(metafunc.cls, "cases", None)
    if cases and "case" in metafunc.fixturenames:
        metafunc.parametrize("case", cases, ids=str)
