"""Resampling layers are the function."""

from __future__ import annotations

from typing import Any

import pytest

import deepcore as dc
from deepcore import nn
from deepcore.nn import functional as F


@pytest.mark.parametrize(
    ("layer", "options", "same"),
    [
        ("Upsample", {"size": 7}, {"size": 7}),
        ("Upsample", {"scale_factor": [2, 1.5], "mode": "bicubic"}, None),
        ("Upsample", {"size": 7, "mode": "bilinear", "align_corners": True}, None),
        (
            "Upsample",
            {"scale_factor": 1.7, "mode": "bilinear", "recompute_scale_factor": True},
            None,
        ),
        ("UpsamplingNearest2d", {"size": (7, 2)}, None),
        (
            "UpsamplingBilinear2d",
            {"scale_factor": 2},
            {"scale_factor": 2, "mode": "bilinear", "align_corners": True},
        ),
    ],
)
def test_layers(layer: str, options: dict[str, Any], same: dict[str, Any] | None) -> None:
    x = dc.randn(2, 2, 3, 4)
    y = getattr(nn, layer)(**options)(x)
    assert y.tolist() == F.interpolate(x, **(options if same is None else same)).tolist()
