"""Resampling layers."""

from __future__ import annotations

from collections.abc import Sequence

from .._core import Tensor
from . import functional as F
from ._module import Module


class Upsample(Module):
    """Resamples the axes behind (N, C) to a size, or by a factor.

    Args:
        size: the new sizes, or one for all axes.
        scale_factor: the factors of the sizes, or one for all axes; either this or size.
        mode: 'nearest', 'nearest-exact', 'linear', 'bilinear', 'bicubic', 'trilinear' or 'area';
            see `functional.interpolate`.
        align_corners: whether the middles of the outermost elements stay where they are; for the
            linear and cubic modes.
        recompute_scale_factor: whether places are found from the rounded sizes instead of from
            scale_factor.

    Shape:
        Input (N, C, L), (N, C, H, W) or (N, C, D, H, W), output (N, C, *size).

    Raises:
        ValueError: when called: see `functional.interpolate`.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.Upsample(scale_factor=2)(dc.tensor([[[1.0, 2.0]]]))
        tensor([[[1., 1., 2., 2.]]])
    """

    def __init__(
        self,
        size: int | Sequence[int] | None = None,
        scale_factor: float | Sequence[float] | None = None,
        mode: str = "nearest",
        align_corners: bool | None = None,
        recompute_scale_factor: bool | None = None,
    ) -> None:
        super().__init__()
        self.name = type(self).__name__
        self.size = size
        self.scale_factor: float | tuple[float, ...] | None
        if isinstance(scale_factor, Sequence):
            self.scale_factor = tuple(float(factor) for factor in scale_factor)
        else:
            self.scale_factor = None if scale_factor is None else float(scale_factor)
        self.mode = mode
        self.align_corners = align_corners
        self.recompute_scale_factor = recompute_scale_factor

    def forward(self, input: Tensor) -> Tensor:
        return F.interpolate(
            input,
            self.size,
            self.scale_factor,
            self.mode,
            self.align_corners,
            self.recompute_scale_factor,
        )

    def extra_repr(self) -> str:
        if self.scale_factor is not None:
            return f"scale_factor={self.scale_factor!r}, mode={self.mode!r}"
        return f"size={self.size!r}, mode={self.mode!r}"


class UpsamplingNearest2d(Upsample):
    """Resamples (N, C, H, W) by repeating the nearest element; `Upsample` with mode 'nearest'.

    Args:
        size: the new sizes, or one for both axes.
        scale_factor: the factors of the sizes, or one for both axes; either this or size.

    Shape:
        Input (N, C, H, W), output (N, C, *size).

    Raises:
        ValueError: when called: see `functional.interpolate`.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.UpsamplingNearest2d(scale_factor=2)(dc.tensor([[[[1.0, 2.0]]]]))
        tensor([[[[1., 1., 2., 2.],
                  [1., 1., 2., 2.]]]])
    """

    def __init__(
        self,
        size: int | Sequence[int] | None = None,
        scale_factor: float | Sequence[float] | None = None,
    ) -> None:
        super().__init__(size, scale_factor, "nearest")


class UpsamplingBilinear2d(Upsample):
    """Resamples (N, C, H, W) between neighbours; mode 'bilinear' with align_corners.

    Args:
        size: the new sizes, or one for both axes.
        scale_factor: the factors of the sizes, or one for both axes; either this or size.

    Shape:
        Input (N, C, H, W), output (N, C, *size).

    Raises:
        ValueError: when called: see `functional.interpolate`.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.UpsamplingBilinear2d((1, 4))(dc.tensor([[[[0.0, 6.0]]]]))
        tensor([[[[0., 2., 4., 6.]]]])
    """

    def __init__(
        self,
        size: int | Sequence[int] | None = None,
        scale_factor: float | Sequence[float] | None = None,
    ) -> None:
        super().__init__(size, scale_factor, "bilinear", align_corners=True)
