"""GoogLeNet: nine blocks of convolutions of several sizes side by side, two auxiliary heads."""

from __future__ import annotations

from typing import NamedTuple

from .. import nn
from .._core import Tensor, cat
from ..nn import functional as F
from ._inception import BasicConv2d, check_transform, draw_weights, transform_input


class GoogLeNetOutputs(NamedTuple):
    """What GoogLeNet gives in train mode: the scores and those of its auxiliary heads."""

    logits: Tensor
    aux_logits2: Tensor | None
    aux_logits1: Tensor | None


class _Inception(nn.Module):
    """1x1, 3x3, two 3x3 in the place of a 5x5, and a pooling, side by side."""

    def __init__(
        self, inputs: int, ones: int, red3: int, threes: int, red5: int, fives: int, pool: int
    ) -> None:
        super().__init__()
        self.branch1 = BasicConv2d(inputs, ones, 1)
        self.branch2 = nn.Sequential(
            BasicConv2d(inputs, red3, 1), BasicConv2d(red3, threes, 3, padding=1)
        )
        # The paper has 5x5 here; torchvision's published weights are of 3x3.
        self.branch3 = nn.Sequential(
            BasicConv2d(inputs, red5, 1), BasicConv2d(red5, fives, 3, padding=1)
        )
        self.branch4 = nn.Sequential(
            nn.MaxPool2d(3, 1, 1, ceil_mode=True), BasicConv2d(inputs, pool, 1)
        )

    def forward(self, x: Tensor) -> Tensor:
        return cat([self.branch1(x), self.branch2(x), self.branch3(x), self.branch4(x)], 1)


class _Head(nn.Module):
    """Scores from the middle of the network."""

    def __init__(self, inputs: int, num_classes: int, dropout: float) -> None:
        super().__init__()
        self.conv = BasicConv2d(inputs, 128, 1)
        self.fc1 = nn.Linear(128 * 4 * 4, 1024)
        self.fc2 = nn.Linear(1024, num_classes)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(F.adaptive_avg_pool2d(x, (4, 4)))
        x = F.relu(self.fc1(x.flatten(1)))
        y: Tensor = self.fc2(self.dropout(x))
        return y


class GoogLeNet(nn.Module):
    """GoogLeNet, or Inception-v1, with batch norm: 13,004,888 parameters, 6,624,904 without heads.

    Args:
        num_classes: the number K of scores.
        aux_logits: whether there are auxiliary heads, which train mode runs.
        transform_input: whether images normalized by ImageNet's means and deviations are changed
            to what torchvision's published weights expect.
        init_weights: whether torchvision's initial weights are drawn; False leaves the layers' own,
            which is enough where weights are loaded.
        dropout: the share that is dropped before the last layer.
        dropout_aux: the same in the auxiliary heads.
        in_channels: the channels C of the images.

    Shape:
        Input (N, C, H, W), H and W 224 as trained. Output (N, K); in train mode with auxiliary
        heads a GoogLeNetOutputs of three such.

    Raises:
        ValueError: transform_input and in_channels other than 3.

    Reference: C. Szegedy et al., "Going Deeper with Convolutions", 2015. 3x3 convolutions stand
        where the paper has 5x5, as in torchvision.

    Example:
        >>> import deepcore as dc
        >>> net = dc.models.googlenet(num_classes=10).eval()
        >>> net(dc.zeros(1, 3, 64, 64)).shape
        (1, 10)
    """

    def __init__(
        self,
        num_classes: int = 1000,
        aux_logits: bool = True,
        transform_input: bool = False,
        *,
        init_weights: bool = True,
        dropout: float = 0.2,
        dropout_aux: float = 0.7,
        in_channels: int = 3,
    ) -> None:
        super().__init__()
        check_transform("googlenet", transform_input, in_channels)
        self.aux_logits = aux_logits
        self.transform_input = transform_input
        self.conv1 = BasicConv2d(in_channels, 64, 7, stride=2, padding=3)
        self.maxpool1 = nn.MaxPool2d(3, 2, ceil_mode=True)
        self.conv2 = BasicConv2d(64, 64, 1)
        self.conv3 = BasicConv2d(64, 192, 3, padding=1)
        self.maxpool2 = nn.MaxPool2d(3, 2, ceil_mode=True)
        self.inception3a = _Inception(192, 64, 96, 128, 16, 32, 32)
        self.inception3b = _Inception(256, 128, 128, 192, 32, 96, 64)
        self.maxpool3 = nn.MaxPool2d(3, 2, ceil_mode=True)
        self.inception4a = _Inception(480, 192, 96, 208, 16, 48, 64)
        self.inception4b = _Inception(512, 160, 112, 224, 24, 64, 64)
        self.inception4c = _Inception(512, 128, 128, 256, 24, 64, 64)
        self.inception4d = _Inception(512, 112, 144, 288, 32, 64, 64)
        self.inception4e = _Inception(528, 256, 160, 320, 32, 128, 128)
        self.maxpool4 = nn.MaxPool2d(2, 2, ceil_mode=True)
        self.inception5a = _Inception(832, 256, 160, 320, 32, 128, 128)
        self.inception5b = _Inception(832, 384, 192, 384, 48, 128, 128)
        self.aux1 = _Head(512, num_classes, dropout_aux) if aux_logits else None
        self.aux2 = _Head(528, num_classes, dropout_aux) if aux_logits else None
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(1024, num_classes)
        if init_weights:
            draw_weights(self, 0.01)

    def forward(self, x: Tensor) -> Tensor | GoogLeNetOutputs:
        x = transform_input(x) if self.transform_input else x
        x = self.conv3(self.conv2(self.maxpool1(self.conv1(x))))
        x = self.inception3b(self.inception3a(self.maxpool2(x)))
        x = self.inception4a(self.maxpool3(x))
        aux1 = self.aux1(x) if self.aux1 is not None and self.training else None
        x = self.inception4d(self.inception4c(self.inception4b(x)))
        aux2 = self.aux2(x) if self.aux2 is not None and self.training else None
        x = self.maxpool4(self.inception4e(x))
        x = self.inception5b(self.inception5a(x))
        y: Tensor = self.fc(self.dropout(self.avgpool(x).flatten(1)))
        return GoogLeNetOutputs(y, aux2, aux1) if self.aux_logits and self.training else y


def googlenet(
    num_classes: int = 1000,
    in_channels: int = 3,
    *,
    aux_logits: bool = True,
    transform_input: bool = False,
    init_weights: bool = True,
    dropout: float = 0.2,
    dropout_aux: float = 0.7,
) -> GoogLeNet:
    """GoogLeNet: 6,624,904 parameters without and 13,004,888 with auxiliary heads.

    Args, Shape, Raises, Reference and Example are those of `GoogLeNet`.
    """
    return GoogLeNet(
        num_classes,
        aux_logits,
        transform_input,
        init_weights=init_weights,
        dropout=dropout,
        dropout_aux=dropout_aux,
        in_channels=in_channels,
    )
