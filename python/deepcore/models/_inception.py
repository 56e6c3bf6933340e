"""What GoogLeNet and Inception-v3 share."""

from __future__ import annotations

from typing import Any

from .. import nn
from .._core import Tensor
from .._creation import tensor
from ..nn import init
from ..nn._fusion import conv_norm

# Means and deviations of ImageNet's channels, and those that the published weights expect.
_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
_EXPECTED = 0.5


class BasicConv2d(nn.Module):
    """Convolution without bias, batch norm, ReLU."""

    def __init__(self, in_channels: int, out_channels: int, kernel_size: Any, **place: Any) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size, bias=False, **place)
        self.bn = nn.BatchNorm2d(out_channels, eps=0.001)
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        return conv_norm(self.conv, self.bn, self.relu, x)


def transform_input(x: Tensor) -> Tensor:
    """Images normalized by ImageNet's means and deviations, as if by 0.5 and 0.5."""
    scale = [std / _EXPECTED for std in _STD]
    shift = [(mean - _EXPECTED) / _EXPECTED for mean in _MEAN]
    along = [tensor(values, dtype=x.dtype).reshape(1, 3, 1, 1) for values in (scale, shift)]
    return x * along[0] + along[1]


def check_transform(op: str, is_wanted: bool, in_channels: int) -> None:
    """ValueError where transform_input has no means and deviations for the channels."""
    if is_wanted and in_channels != 3:
        raise ValueError(
            f"[{op}] transform_input is for red, green and blue, got in_channels={in_channels}."
        )


def draw_weights(model: nn.Module, std: float) -> None:
    """Weights of convolutions and dense layers from N(0, std²), as torchvision draws them.

    It cuts the distribution at ±2. With std ≤ 0.1 that is 20 deviations away, where nothing is ever
    drawn, so that the plain one is the same.
    """
    for module in model.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            init.normal_(module.weight, std=std)
