"""Resampling."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ... import _core
from ..._check import check_flag
from ..._core import Tensor

_ALIGNED = ("linear", "bilinear", "bicubic", "trilinear")
_ANTIALIASED = ("bilinear", "bicubic")


def interpolate(
    input: Tensor,
    size: int | Sequence[int] | None = None,
    scale_factor: float | Sequence[float] | None = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Tensor:
    """Resamples the axes behind (N, C) to a size, or by a factor.

    Args:
        input: (N, C, L), (N, C, H, W) or (N, C, D, H, W).
        size: the new sizes, or one for all axes.
        scale_factor: the factors of the sizes, or one for all axes; rounded down. Either this or
            size.
        mode: 'nearest' the element whose place lies at or below; 'nearest-exact' the one whose
            middle is nearest; 'linear' (3 axes), 'bilinear' (4) and 'trilinear' (5) between the
            two nearest of each axis; 'bicubic' (4) a cubic through four; 'area' the mean of the
            elements a place covers.
        align_corners: whether the middles of the outermost elements stay where they are, instead
            of their outer edges; for the linear and cubic modes, False by default.
        recompute_scale_factor: whether places are found from the rounded sizes instead of from
            scale_factor.
        antialias: whether the filter grows with the step where 'bilinear' or 'bicubic' shrink.

    Shape:
        Input (N, C, *), output (N, C, *size).

    Raises:
        ValueError: not one of size and scale_factor is given, or one that does not fit the input;
            mode is unknown or not for that number of axes, or does not take an option given.

    Reference:
        Keys, Cubic convolution interpolation for digital image processing, 1981 (a = −0.75, and
        −0.5 with antialias, as PyTorch).

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.interpolate(dc.tensor([[[0.0, 4.0]]]), scale_factor=2, mode="linear")
        tensor([[[0., 1., 3., 4.]]])
    """
    _check_options(mode, align_corners, antialias)
    axes = input.ndim - 2
    scales: list[float] = []
    if (size is None) == (scale_factor is None):
        raise ValueError(
            "[interpolate] one of size and scale_factor must be given, got "
            f"size={size} and scale_factor={scale_factor}."
        )
    if scale_factor is None:
        if recompute_scale_factor:
            raise ValueError(
                f"[interpolate] recompute_scale_factor needs a scale_factor, got size={size}."
            )
        sizes = _for_each("size", size, axes)
    else:
        scales = [float(factor) for factor in _for_each("scale_factor", scale_factor, axes)]
        if not all(0 < factor < math.inf for factor in scales):
            raise ValueError(
                f"[interpolate] scale_factor must be positive and finite, got {scale_factor}."
            )
        sizes = [math.floor(n * factor) for n, factor in zip(input.shape[2:], scales, strict=True)]
        if recompute_scale_factor:
            scales = []
    return _core.interpolate(input, sizes, mode, scales, bool(align_corners), antialias)


def _check_options(mode: str, align_corners: bool | None, antialias: bool) -> None:
    if align_corners is not None:
        check_flag("interpolate", "align_corners", align_corners)
        if mode not in _ALIGNED:
            raise ValueError(
                f"[interpolate] align_corners is for the linear and cubic modes, got mode={mode!r}."
            )
    check_flag("interpolate", "antialias", antialias)
    if antialias and mode not in _ANTIALIASED:
        raise ValueError(
            f"[interpolate] antialias is for 'bilinear' and 'bicubic', got mode={mode!r}."
        )


def _for_each(name: str, given: Any, axes: int) -> list[Any]:
    """One number for all axes, or one for each."""
    if not isinstance(given, (tuple, list)):
        return [given] * axes
    if len(given) != axes:
        raise ValueError(
            f"[interpolate] {name} must be a number or {axes} of them for an input of {axes + 2} "
            f"axes, got {given}."
        )
    return list(given)
