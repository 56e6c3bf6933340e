"""Every update rule and schedule, step for step, against what PyTorch computed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import deepcore as dc

GOLDEN = Path(__file__).parents[1] / "golden"
PARTS = (slice(0, 4), slice(4, 7))


def load(name: str) -> dict[str, Any]:
    with np.load(GOLDEN / f"{name}.npz") as file:
        return dict(file)


OPTIMIZERS = load("optimizers")
CASES = json.loads(str(OPTIMIZERS["cases"]))
SCHEDULERS = load("schedulers")


def run(case: dict[str, Any], dtype: str, steps: int = 100) -> np.ndarray:
    """Two parameters in two groups; the gradient is curvature * p - noise[t]."""
    start, noise, curvature = (OPTIMIZERS[key] for key in ("start", "noise", "curvature"))
    p = [dc.tensor(start[part], dtype=dtype, requires_grad=True) for part in PARTS]
    groups = [{"params": [p[0]]}, {"params": [p[1]], "lr": 0.03}]
    optimizer = getattr(dc.optim, case["optimizer"])(groups, **case["options"])
    path = []
    for t in range(steps):
        for q, part in zip(p, PARTS, strict=True):
            gradient = curvature[part] * q.detach().numpy() - noise[t, part]
            q.grad = dc.tensor(gradient, dtype=dtype)
        optimizer.step()
        path.append(np.concatenate([q.detach().numpy() for q in p]))
    return np.array(path)


@pytest.mark.parametrize("i", range(len(CASES)), ids=[str(case) for case in CASES])
def test_hundred_steps_equal_pytorch(i: int) -> None:
    expected = OPTIMIZERS[f"path{i}"]
    np.testing.assert_allclose(run(CASES[i], "float64"), expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize("i", range(len(CASES)), ids=[str(case) for case in CASES])
def test_float32_follows(i: int) -> None:
    expected = OPTIMIZERS[f"path{i}"][:20]
    np.testing.assert_allclose(run(CASES[i], "float32", 20), expected, rtol=1e-4, atol=1e-4)


def test_a_wrong_rule_would_be_seen() -> None:
    wrong = {"optimizer": "Adam", "options": {"betas": (0.9, 0.998)}}
    i = CASES.index({"optimizer": "Adam", "options": {}})
    assert np.abs(run(wrong, "float64") - OPTIMIZERS[f"path{i}"]).max() > 1e-6


SPARSE = load("sparse")
SPARSE_CASES = json.loads(str(SPARSE["cases"]))


@pytest.mark.parametrize("i", range(len(SPARSE_CASES)), ids=map(str, SPARSE_CASES))
def test_rows_equal_pytorch(i: int) -> None:
    arrays = {key: SPARSE[name] for key, name in SPARSE_CASES[i]["arrays"].items()}
    weight = dc.tensor(arrays["table"], requires_grad=True)
    kind = getattr(dc.optim, SPARSE_CASES[i]["optimizer"])
    optimizer = kind([weight], **SPARSE_CASES[i]["options"])
    path = []
    for index, cotangent in zip(arrays["index"], arrays["cotangents"], strict=True):
        optimizer.zero_grad()
        y = dc.nn.functional.embedding(dc.tensor(index), weight, sparse=True)
        y.backward(dc.tensor(cotangent))
        optimizer.step()
        path.append(weight.detach().numpy().copy())
    np.testing.assert_allclose(path, arrays["path"], rtol=0, atol=1e-12)


SCHEDULER_CASES = json.loads(str(SCHEDULERS["cases"]))


@pytest.mark.parametrize("i", range(len(SCHEDULER_CASES)), ids=map(str, SCHEDULER_CASES))
def test_scheduler_equals_pytorch(i: int) -> None:
    case = SCHEDULER_CASES[i]
    p = [dc.zeros(1, requires_grad=True) for _ in range(2)]
    optimizer = dc.optim.SGD([{"params": p[:1]}, {"params": p[1:], "lr": 0.3}], lr=0.1)
    scheduler = getattr(dc.optim.lr_scheduler, case["scheduler"])(optimizer, **case["options"])
    rates = []
    for _ in range(30):
        rates.append([group["lr"] for group in optimizer.param_groups])
        assert scheduler.get_last_lr() == rates[-1]
        scheduler.step()
    np.testing.assert_allclose(rates, SCHEDULERS[f"rates{i}"], rtol=1e-12, atol=1e-17)
