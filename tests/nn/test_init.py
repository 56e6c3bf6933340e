"""nn.init: scales, repeatability, errors."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import deepcore as dc
from deepcore.nn import init

# A weight of 150 outputs, 40 inputs and a kernel of 2x3: fan_in 240, fan_out 900.
SHAPE = (150, 40, 2, 3)
SCALES: list[tuple[Callable[..., dc.Tensor], dict[str, Any], float]] = [
    (init.uniform_, {"a": -0.5, "b": 1.5}, math.sqrt(4 / 12)),
    (init.normal_, {"mean": 0.5, "std": 2.0}, 2.0),
    (init.xavier_uniform_, {}, math.sqrt(2 / 1140)),
    (init.xavier_uniform_, {"gain": 3.0}, 3 * math.sqrt(2 / 1140)),
    (init.xavier_normal_, {"gain": 3.0}, 3 * math.sqrt(2 / 1140)),
    (init.kaiming_uniform_, {}, math.sqrt(2 / 240)),
    (init.kaiming_uniform_, {"a": 1.0}, math.sqrt(1 / 240)),
    (init.kaiming_normal_, {"mode": "fan_out"}, math.sqrt(2 / 900)),
    (init.kaiming_normal_, {"nonlinearity": "tanh"}, 5 / 3 / math.sqrt(240)),
]


@pytest.mark.parametrize(("fill", "options", "std"), SCALES)
def test_scale(fill: Callable[..., dc.Tensor], options: dict[str, Any], std: float) -> None:
    dc.manual_seed(0)
    x = dc.zeros(SHAPE, requires_grad=True)
    assert fill(x, **options) is x
    assert x.requires_grad
    assert x.is_leaf
    values = x.detach().numpy()
    assert values.std() == pytest.approx(std, rel=0.02)
    assert values.mean() == pytest.approx(
        0.5 if fill in (init.uniform_, init.normal_) else 0, abs=0.02
    )
    if "uniform" in fill.__name__:
        assert np.abs(values - values.mean()).max() == pytest.approx(std * math.sqrt(3), rel=0.05)
    else:
        assert np.abs(values - values.mean()).max() > 3 * std


@pytest.mark.parametrize(("fill", "options", "std"), SCALES)
def test_seeds(fill: Callable[..., dc.Tensor], options: dict[str, Any], std: float) -> None:
    dc.manual_seed(3)
    first = fill(dc.zeros(SHAPE), **options).numpy()
    second = fill(dc.zeros(SHAPE), **options).numpy()
    assert (first != second).any()
    own = dc.Generator().manual_seed(3)
    np.testing.assert_array_equal(fill(dc.zeros(SHAPE), **options, generator=own).numpy(), first)


def test_constants() -> None:
    x = dc.empty(3, requires_grad=True)
    assert init.constant_(x, 2.5).tolist() == [2.5] * 3
    assert init.ones_(x).tolist() == [1] * 3
    assert init.zeros_(x) is x
    assert x.tolist() == [0] * 3


def test_gains() -> None:
    assert init.calculate_gain("relu") == math.sqrt(2)
    assert init.calculate_gain("leaky_relu") == math.sqrt(2 / 1.0001)
    assert init.calculate_gain("selu") == 0.75
    assert init.calculate_gain("conv2d") == 1


def test_errors() -> None:
    with pytest.raises(
        ValueError, match=r"\[xavier_normal_\] tensor must have at least 2 axes, got "
    ):
        init.xavier_normal_(dc.ones(3))
    with pytest.raises(
        ValueError, match=r"\[kaiming_normal_\] mode must be 'fan_in' or 'fan_out', got"
    ):
        init.kaiming_normal_(dc.ones(3, 2), mode="fan")
    with pytest.raises(
        ValueError, match=r"\[calculate_gain\] nonlinearity must be one of linear, conv"
    ):
        init.kaiming_uniform_(dc.ones(3, 2), nonlinearity="swish")
    with pytest.raises(ValueError, match=r"\[normal\] std must be at least 0, got -1\."):
        init.normal_(dc.ones(3), std=-1.0)


@pytest.mark.parametrize("name", ["xavier_uniform_", "xavier_normal_", "kaiming_normal_"])
def test_a_tensor_without_elements_stays(name):
    assert getattr(dc.nn.init, name)(dc.empty(0, 0)).shape == (0, 0)
