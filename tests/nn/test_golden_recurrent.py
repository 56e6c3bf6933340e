"""Recurrent layers of random configurations against what PyTorch computed (tests/golden)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from support import recurrent

with np.load(Path(__file__).parents[1] / "golden" / "recurrent.npz") as file:
    STORED = dict(file)
CASES = json.loads(str(STORED["cases"]))


def arrays_of(case: dict[str, Any]) -> dict[str, np.ndarray]:
    """The case's arrays; what goes in is stored as whole numbers of 1/32."""
    arrays = {name: STORED[key] for name, key in case["arrays"].items()}
    return {name: a / 32 if a.dtype == np.int8 else a for name, a in arrays.items()}


@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-9), ("float32", 1e-4)])
@pytest.mark.parametrize(
    "case", CASES, ids=lambda c: f"{c['layer']}{c['sizes']}{c['form']}{c['options']}"
)
def test_layer(case: dict[str, Any], dtype: str, tolerance: float) -> None:
    arrays = arrays_of(case)
    found = recurrent.results(case, arrays, dtype)
    assert found.keys() < arrays.keys()
    for name, value in found.items():
        np.testing.assert_allclose(
            value, arrays[name], rtol=tolerance, atol=tolerance, err_msg=name
        )


def test_every_option_is_among_the_cases() -> None:
    drawn = {(c["layer"], c["form"]) for c in CASES}
    assert len(drawn) == 12
    for key, values in {"bias": 2, "batch_first": 2, "bidirectional": 2, "num_layers": 3}.items():
        assert len({c["options"][key] for c in CASES}) == values
    assert {"proj_size", "nonlinearity"} <= {key for c in CASES for key in c["options"]}
    assert {"h_0" in c["arrays"] for c in CASES} == {True, False}
