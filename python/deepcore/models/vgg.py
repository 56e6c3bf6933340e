"""VGG: eight to sixteen 3x3 convolutions, with or without batch norm, and three dense layers."""

from __future__ import annotations

from collections.abc import Sequence

from .. import nn
from .._core import Tensor
from ..nn import init

# Convolutions in each of the five stages, which a pooling ends, and the stages' channels.
_DEPTHS = {11: (1, 1, 2, 2, 2), 13: (2, 2, 2, 2, 2), 16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}
_CHANNELS = (64, 128, 256, 512, 512)


class VGG(nn.Module):
    """Stages of 3x3 convolutions with ReLU, each ended by a pooling, and three dense layers.

    Args:
        depths: how many convolutions each of the five stages has.
        num_classes: the number K of scores.
        in_channels: the channels C of the images.
        batch_norm: whether a batch norm follows each convolution.
        dropout: the share that is dropped after the first two dense layers.
        init_weights: whether torchvision's initial weights are drawn; False leaves the layers' own,
            which is enough where weights are loaded.

    Shape:
        Input (N, C, H, W) with H and W from 32 on, 224 as trained; output (N, K).

    Reference: K. Simonyan, A. Zisserman, "Very Deep Convolutional Networks for Large-Scale Image
        Recognition", 2015. Initial weights: torchvision's, He's normal ones for convolutions and
        N(0, 0.01²) for dense layers.

    Example:
        >>> import deepcore as dc
        >>> vgg = dc.models.VGG((1, 1, 1, 1, 1), num_classes=10)
        >>> vgg.features(dc.zeros(1, 3, 32, 32)).shape
        (1, 512, 1, 1)
    """

    def __init__(
        self,
        depths: Sequence[int],
        num_classes: int = 1000,
        in_channels: int = 3,
        batch_norm: bool = False,
        dropout: float = 0.5,
        init_weights: bool = True,
    ) -> None:
        super().__init__()
        self.features = _features(depths, in_channels, batch_norm)
        self.avgpool = nn.AdaptiveAvgPool2d((7, 7))
        self.classifier = nn.Sequential(
            nn.Linear(512 * 7 * 7, 4096),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(4096, 4096),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(4096, num_classes),
        )
        if init_weights:
            self.apply(_draw)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.classifier(self.avgpool(self.features(x)).flatten(1))
        return y


def _features(depths: Sequence[int], in_channels: int, batch_norm: bool) -> nn.Sequential:
    layers: list[nn.Module] = []
    inputs = in_channels
    for depth, channels in zip(depths, _CHANNELS, strict=True):
        for _ in range(depth):
            layers.append(nn.Conv2d(inputs, channels, 3, padding=1))
            if batch_norm:
                layers.append(nn.BatchNorm2d(channels))
            layers.append(nn.ReLU())
            inputs = channels
        layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers)


def _draw(module: nn.Module) -> None:
    if isinstance(module, nn.Conv2d):
        init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
    if isinstance(module, nn.Linear):
        init.normal_(module.weight, std=0.01)
    if isinstance(module, (nn.Conv2d, nn.Linear)) and module.bias is not None:
        init.zeros_(module.bias)


def vgg11(
    num_classes: int = 1000, in_channels: int = 3, dropout: float = 0.5, init_weights: bool = True
) -> VGG:
    """VGG-11, configuration A: 132,863,336 parameters with 1,000 classes.

    Args, Shape, Reference and Example are those of `VGG`.
    """
    return VGG(_DEPTHS[11], num_classes, in_channels, False, dropout, init_weights)


def vgg13(
    num_classes: int = 1000, in_channels: int = 3, dropout: float = 0.5, init_weights: bool = True
) -> VGG:
    """VGG-13, configuration B; as `vgg11`."""
    return VGG(_DEPTHS[13], num_classes, in_channels, False, dropout, init_weights)


def vgg16(
    num_classes: int = 1000, in_channels: int = 3, dropout: float = 0.5, init_weights: bool = True
) -> VGG:
    """VGG-16, configuration D: 138,357,544 parameters with 1,000 classes; as `vgg11`."""
    return VGG(_DEPTHS[16], num_classes, in_channels, False, dropout, init_weights)


def vgg19(
    num_classes: int = 1000, in_channels: int = 3, dropout: float = 0.5, init_weights: bool = True
) -> VGG:
    """VGG-19, configuration E; as `vgg11`."""
    return VGG(_DEPTHS[19], num_classes, in_channels, False, dropout, init_weights)


def vgg11_bn(
    num_classes: int = 1000, in_channels: int = 3, dropout: float = 0.5, init_weights: bool = True
) -> VGG:
    """VGG-11 with batch norm; as `vgg11`."""
    return VGG(_DEPTHS[11], num_classes, in_channels, True, dropout, init_weights)


def vgg13_bn(
    num_classes: int = 1000, in_channels: int = 3, dropout: float = 0.5, init_weights: bool = True
) -> VGG:
    """VGG-13 with batch norm; as `vgg11`."""
    return VGG(_DEPTHS[13], num_classes, in_channels, True, dropout, init_weights)


def vgg16_bn(
    num_classes: int = 1000, in_channels: int = 3, dropout: float = 0.5, init_weights: bool = True
) -> VGG:
    """VGG-16 with batch norm; as `vgg11`."""
    return VGG(_DEPTHS[16], num_classes, in_channels, True, dropout, init_weights)


def vgg19_bn(
    num_classes: int = 1000, in_channels: int = 3, dropout: float = 0.5, init_weights: bool = True
) -> VGG:
    """VGG-19 with batch norm; as `vgg11`."""
    return VGG(_DEPTHS[19], num_classes, in_channels, True, dropout, init_weights)
