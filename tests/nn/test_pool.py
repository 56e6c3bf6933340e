"""Pooling layers: PyTorch's results, indices and the way back, the functions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import deepcore as dc
from deepcore import nn
from deepcore.nn import functional as F


def golden() -> list[Any]:
    with np.load(Path(__file__).parents[1] / "golden" / "pooling.npz") as file:
        arrays = dict(file)
    return [
        pytest.param(
            case["layer"],
            case["options"],
            {key: arrays[name] for key, name in case["arrays"].items()},
            id=f"{case['layer']}({case['options']})",
        )
        for case in json.loads(str(arrays["cases"]))
    ]


@pytest.mark.parametrize(("name", "options", "given"), golden())
def test_as_pytorch(name: str, options: dict[str, Any], given: dict[str, np.ndarray]) -> None:
    layer = getattr(nn, name)(**options)
    assert repr(layer) == str(given["repr"])
    x = dc.tensor(given["input"], requires_grad=True)
    y = layer(x, dc.tensor(given["indices"])) if "Unpool" in name else layer(x)
    if isinstance(y, tuple):
        y, indices = y
        assert indices.tolist() == given["indices"].tolist()
    y.backward(dc.tensor(given["cotangent"]))
    np.testing.assert_allclose(y.detach().numpy(), given["output"], rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(x.grad.numpy(), given["gradient"], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_unpooling_is_the_way_back(axes: int) -> None:
    layer = {n: getattr(nn, f"{n}{axes}d") for n in ("MaxPool", "MaxUnpool")}
    x = dc.tensor(np.random.default_rng(0).normal(size=(2, 3, *(7,) * axes)))
    y, indices = layer["MaxPool"](2, return_indices=True)(x)
    for size in (x.shape, x.shape[1:], x.shape[2:], list(x.shape)):
        back = layer["MaxUnpool"](2)(y, indices, output_size=size)
        assert back.shape == x.shape
        kept = back.numpy() != 0
        assert np.array_equal(back.numpy()[kept], x.numpy()[kept])
        assert kept.sum() == y.numel()
    pooled, again = layer["MaxPool"](2, return_indices=True)(back)
    positive = y.numpy() > 0
    assert np.array_equal(pooled.numpy()[positive], y.numpy()[positive])
    assert np.array_equal(again.numpy()[positive], indices.numpy()[positive])
    # What was left over at the end is not there again.
    y, indices = layer["MaxPool"](2, return_indices=True)(dc.zeros(2, *(7,) * axes))
    assert layer["MaxUnpool"](2)(y, dc.zeros(*y.shape).long()).shape == (2, *(6,) * axes)


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_functions_with_indices(axes: int) -> None:
    x = dc.randn(2, 3, *(8,) * axes)
    for name, arguments in (("max_pool", (3, 2, 1)), ("adaptive_max_pool", (3,))):
        f, pair = getattr(F, f"{name}{axes}d"), getattr(F, f"{name}{axes}d_with_indices")
        value, indices = pair(x, *arguments)
        assert value.tolist() == f(x, *arguments).tolist()
        assert indices.dtype == dc.int64
        assert not indices.requires_grad
        assert indices.tolist() == f(x, *arguments, return_indices=True)[1].tolist()


def test_a_function_without_a_divisor() -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'divisor_override'"):
        F.avg_pool1d(dc.zeros(1, 4), 2, divisor_override=2)


def test_one_window_over_all_is_the_mean() -> None:
    x = dc.randn(2, 3, 5, 7)
    expected = x.mean((2, 3), keepdim=True).tolist()
    for pooled in (
        F.adaptive_avg_pool2d(x, 1),
        F.avg_pool2d(x, (5, 7)),
        F.avg_pool2d(x, (5, 7), 1),
    ):
        assert pooled.tolist() == expected
