"""AlexNet, in the form of "One weird trick for parallelizing convolutional neural networks"."""

from __future__ import annotations

from .. import nn
from .._core import Tensor


class AlexNet(nn.Module):
    """Five convolutions and three dense layers: 61,100,840 parameters.

    Args:
        num_classes: the number K of scores.
        in_channels: the channels C of the images.
        dropout: the share that is dropped before the first two dense layers.

    Shape:
        Input (N, C, H, W) with H and W from 63 on, 224 as trained; output (N, K).

    Reference: A. Krizhevsky, "One weird trick for parallelizing convolutional neural networks",
        2014.

    Example:
        >>> import deepcore as dc
        >>> dc.models.AlexNet(num_classes=10).features(dc.zeros(1, 3, 64, 64)).shape
        (1, 256, 1, 1)
    """

    def __init__(self, num_classes: int = 1000, in_channels: int = 3, dropout: float = 0.5) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(in_channels, 64, 11, stride=4, padding=2),
            nn.ReLU(),
            nn.MaxPool2d(3, 2),
            nn.Conv2d(64, 192, 5, padding=2),
            nn.ReLU(),
            nn.MaxPool2d(3, 2),
            nn.Conv2d(192, 384, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(384, 256, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(256, 256, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(3, 2),
        )
        self.avgpool = nn.AdaptiveAvgPool2d((6, 6))
        self.classifier = nn.Sequential(
            nn.Dropout(dropout),
            nn.Linear(256 * 6 * 6, 4096),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(4096, 4096),
            nn.ReLU(),
            nn.Linear(4096, num_classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.classifier(self.avgpool(self.features(x)).flatten(1))
        return y


def alexnet(num_classes: int = 1000, in_channels: int = 3, dropout: float = 0.5) -> AlexNet:
    """AlexNet: 61,100,840 parameters with 1,000 classes.

    Args, Shape, Reference and Example are those of `AlexNet`.
    """
    return AlexNet(num_classes, in_channels, dropout)
