"""Functions of one input, and their gradients, against what PyTorch computed (tests/golden)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import deepcore as dc
from deepcore.nn import functional as F

GOLDEN = Path(__file__).parents[1] / "golden"


def load(name: str) -> list[Any]:
    with np.load(GOLDEN / f"{name}.npz") as file:
        stored = dict(file)
    return [
        pytest.param(
            case["function"],
            case["options"],
            {key: stored[array] for key, array in case["arrays"].items()},
            id=f"{case['function']}{case['options']}",
        )
        for case in json.loads(str(stored["cases"]))
    ]


CASES = [*load("padding"), *load("resample"), *load("rearrange")]


@pytest.mark.parametrize(("function", "options", "arrays"), CASES)
def test_function(function: str, options: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
    x = dc.tensor(arrays["input"], requires_grad=True)
    y = getattr(F, function)(x, **options)
    assert y.shape == arrays["output"].shape
    np.testing.assert_allclose(y.detach().numpy(), arrays["output"], rtol=1e-9, atol=1e-12)
    y.backward(dc.tensor(arrays["cotangent"]))
    np.testing.assert_allclose(x.grad.numpy(), arrays["gradient"], rtol=1e-9, atol=1e-12)
