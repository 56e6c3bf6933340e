"""Every op table at every level: the FMA levels agree to the bit, the baseline to 1e-5."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from deepcore import _core

TESTS = Path(__file__).parent.parent
LEVELS = [
    level
    for level in _core.config()["installed_levels"]
    if level in _core.config()["supported_levels"]
]


def results_at(level: str, folder: Path) -> dict[str, np.ndarray]:
    path = folder / f"{level}.npz"
    subprocess.run(
        [sys.executable, "-m", "support.levels", str(path)],
        check=True,
        cwd=TESTS,
        env={**os.environ, "DEEPCORE_ISA": level},
    )
    with np.load(path) as saved:
        return dict(saved)


def test_levels_agree(tmp_path: Path) -> None:
    if len(LEVELS) < 2:
        pytest.skip(f"this processor and this build have one level in common: {LEVELS}")
    widest, *others = LEVELS
    expected = results_at(widest, tmp_path)
    assert expected
    for level in others:
        found = results_at(level, tmp_path)
        assert found.keys() == expected.keys()
        for name, array in expected.items():
            if level == "x86-64":
                scale = max(1.0, float(np.abs(array[np.isfinite(array)]).max(initial=0)))
                np.testing.assert_allclose(
                    found[name], array, rtol=1e-5, atol=1e-5 * scale, err_msg=name
                )
            else:
                assert found[name].tobytes() == array.tobytes(), f"{name} has other bits at {level}"
