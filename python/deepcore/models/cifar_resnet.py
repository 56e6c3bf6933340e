"""ResNet for images of 32x32: three stages of residual blocks after a 3x3 convolution."""

from __future__ import annotations

from .. import nn
from .._core import Tensor
from ..nn._fusion import conv_norm
from .resnet import BasicBlock, draw_convolutions, stage


class CifarResNet(nn.Module):
    """A 3x3 convolution, stages of 16, 32 and 64 channels, the mean, a dense layer.

    Shortcuts that change the size are 1x1 convolutions with batch norm.

    Args:
        depth: how many blocks of two convolutions each stage has.
        num_classes: the number K of scores.
        in_channels: the channels C of the images.

    Shape:
        Input (N, C, H, W), H and W 32 as trained; output (N, K).

    Reference: K. He, X. Zhang, S. Ren, J. Sun, "Deep Residual Learning for Image Recognition",
        2016, section 4.2.

    Example:
        >>> import deepcore as dc
        >>> dc.models.resnet20()(dc.zeros(2, 3, 32, 32)).shape
        (2, 10)
    """

    def __init__(self, depth: int, num_classes: int = 10, in_channels: int = 3) -> None:
        super().__init__()
        if num_classes < 1:
            raise ValueError(f"[CifarResNet] num_classes must be at least 1, got {num_classes}.")
        self.conv1 = nn.Conv2d(in_channels, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.relu = nn.ReLU()
        self.layer1 = stage(BasicBlock, 16, 16, depth, 1)
        self.layer2 = stage(BasicBlock, 16, 32, depth, 2)
        self.layer3 = stage(BasicBlock, 32, 64, depth, 2)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(64, num_classes)
        draw_convolutions(self)

    def forward(self, x: Tensor) -> Tensor:
        x = conv_norm(self.conv1, self.bn1, self.relu, x)
        x = self.layer3(self.layer2(self.layer1(x)))
        y: Tensor = self.fc(self.avgpool(x).flatten(1))
        return y


def resnet20(num_classes: int = 10, in_channels: int = 3) -> CifarResNet:
    """ResNet-20 for CIFAR: 272,474 parameters with 10 classes.

    Args, Shape, Reference and Example are those of `CifarResNet`.
    """
    return CifarResNet(3, num_classes, in_channels)


def resnet32(num_classes: int = 10, in_channels: int = 3) -> CifarResNet:
    """ResNet-32 for CIFAR: 466,906 parameters with 10 classes; as `resnet20`."""
    return CifarResNet(5, num_classes, in_channels)


def resnet56(num_classes: int = 10, in_channels: int = 3) -> CifarResNet:
    """ResNet-56 for CIFAR: 855,770 parameters with 10 classes; as `resnet20`."""
    return CifarResNet(9, num_classes, in_channels)
