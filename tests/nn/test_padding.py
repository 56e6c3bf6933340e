"""Padding layers: their shapes, their functions, what they refuse."""

from __future__ import annotations

import pytest

import deepcore as dc
from deepcore import nn
from deepcore.nn import functional as F

MODES = {"Reflection": "reflect", "Replication": "replicate", "Circular": "circular"}
PADS = (1, 2, 0, 1, 2, 1)


@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("kind", MODES)
def test_layers_are_the_function(kind: str, axes: int) -> None:
    layer = getattr(nn, f"{kind}Pad{axes}d")
    for leading in ((2,), (2, 3)):
        x = dc.randn(*leading, *(4,) * axes)
        given = PADS[: 2 * axes]
        assert layer(given)(x).tolist() == F.pad(x, given, MODES[kind]).tolist()
        assert layer(2)(x).tolist() == F.pad(x, (2,) * (2 * axes), MODES[kind]).tolist()
    for shape in ((4,) * axes, (4,) * (axes + 3)):
        with pytest.raises(ValueError, match=rf"^\[{kind}Pad{axes}d\] input must have .* got shap"):
            layer(1)(dc.zeros(*shape))


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_constants(axes: int) -> None:
    x, given = dc.randn(2, *(4,) * axes), PADS[: 2 * axes]
    constant, zero = getattr(nn, f"ConstantPad{axes}d"), getattr(nn, f"ZeroPad{axes}d")
    assert constant(given, 1.5)(x).tolist() == F.pad(x, given, value=1.5).tolist()
    assert zero(given)(x).tolist() == F.pad(x, given).tolist()
    assert zero(1)(x[0]).shape == (6,) * axes


def test_wrong_counts() -> None:
    with pytest.raises(ValueError, match=r"^\[ZeroPad2d\] padding must be a number or 4 of them"):
        nn.ZeroPad2d((1, 2))
    with pytest.raises(ValueError, match=r"^\[CircularPad1d\] .* 2 of them, got \(1, 2, 3\)\."):
        nn.CircularPad1d((1, 2, 3))
