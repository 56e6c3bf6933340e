"""Inception-v3: eleven blocks of factorized convolutions side by side, an auxiliary head."""

from __future__ import annotations

from typing import NamedTuple

from .. import nn
from .._core import Tensor
from ..nn import init
from ._inception import BasicConv2d, check_transform, draw_weights, transform_input
from ._inception_blocks import BlockA, BlockB, BlockC, BlockD, BlockE, Head


class InceptionOutputs(NamedTuple):
    """What Inception-v3 gives in train mode: the scores and those of its auxiliary head."""

    logits: Tensor
    aux_logits: Tensor | None


class Inception3(nn.Module):
    """Inception-v3: 27,161,264 parameters with the auxiliary head and 1,000 classes.

    Args:
        num_classes: the number K of scores.
        aux_logits: whether there is an auxiliary head, which train mode runs.
        transform_input: whether images normalized by ImageNet's means and deviations are changed
            to what torchvision's published weights expect.
        init_weights: whether torchvision's initial weights are drawn; False leaves the layers' own,
            which is enough where weights are loaded.
        dropout: the share that is dropped before the last layer.
        in_channels: the channels C of the images.

    Shape:
        Input (N, C, H, W) with H and W from 75 on, or 299 in train mode with the auxiliary head,
        which is what it was trained with. Output (N, K); in train mode with the auxiliary head an
        InceptionOutputs of two such.

    Raises:
        ValueError: transform_input and in_channels other than 3.

    Reference: C. Szegedy et al., "Rethinking the Inception Architecture for Computer Vision",
        2016.

    Example:
        >>> import deepcore as dc
        >>> net = dc.models.inception_v3(num_classes=10).eval()
        >>> net(dc.zeros(1, 3, 75, 75)).shape
        (1, 10)
    """

    def __init__(
        self,
        num_classes: int = 1000,
        aux_logits: bool = True,
        transform_input: bool = False,
        *,
        init_weights: bool = True,
        dropout: float = 0.5,
        in_channels: int = 3,
    ) -> None:
        super().__init__()
        check_transform("inception_v3", transform_input, in_channels)
        self.aux_logits = aux_logits
        self.transform_input = transform_input
        self.Conv2d_1a_3x3 = BasicConv2d(in_channels, 32, 3, stride=2)
        self.Conv2d_2a_3x3 = BasicConv2d(32, 32, 3)
        self.Conv2d_2b_3x3 = BasicConv2d(32, 64, 3, padding=1)
        self.maxpool1 = nn.MaxPool2d(3, 2)
        self.Conv2d_3b_1x1 = BasicConv2d(64, 80, 1)
        self.Conv2d_4a_3x3 = BasicConv2d(80, 192, 3)
        self.maxpool2 = nn.MaxPool2d(3, 2)
        self.Mixed_5b = BlockA(192, 32)
        self.Mixed_5c = BlockA(256, 64)
        self.Mixed_5d = BlockA(288, 64)
        self.Mixed_6a = BlockB(288)
        self.Mixed_6b = BlockC(768, 128)
        self.Mixed_6c = BlockC(768, 160)
        self.Mixed_6d = BlockC(768, 160)
        self.Mixed_6e = BlockC(768, 192)
        self.AuxLogits = Head(768, num_classes) if aux_logits else None
        self.Mixed_7a = BlockD(768)
        self.Mixed_7b = BlockE(1280)
        self.Mixed_7c = BlockE(2048)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(2048, num_classes)
        if init_weights:
            draw_weights(self, 0.1)
            if self.AuxLogits is not None:
                init.normal_(self.AuxLogits.fc.weight, std=0.001)

    def forward(self, x: Tensor) -> Tensor | InceptionOutputs:
        x = transform_input(x) if self.transform_input else x
        x = self.Conv2d_2b_3x3(self.Conv2d_2a_3x3(self.Conv2d_1a_3x3(x)))
        x = self.Conv2d_4a_3x3(self.Conv2d_3b_1x1(self.maxpool1(x)))
        x = self.Mixed_5d(self.Mixed_5c(self.Mixed_5b(self.maxpool2(x))))
        x = self.Mixed_6c(self.Mixed_6b(self.Mixed_6a(x)))
        x = self.Mixed_6e(self.Mixed_6d(x))
        aux = self.AuxLogits(x) if self.AuxLogits is not None and self.training else None
        x = self.Mixed_7c(self.Mixed_7b(self.Mixed_7a(x)))
        y: Tensor = self.fc(self.dropout(self.avgpool(x)).flatten(1))
        return InceptionOutputs(y, aux) if self.aux_logits and self.training else y


def inception_v3(
    num_classes: int = 1000,
    in_channels: int = 3,
    *,
    aux_logits: bool = True,
    transform_input: bool = False,
    init_weights: bool = True,
    dropout: float = 0.5,
) -> Inception3:
    """Inception-v3: 27,161,264 parameters with the auxiliary head and 1,000 classes.

    Args, Shape, Raises, Reference and Example are those of `Inception3`.
    """
    return Inception3(
        num_classes,
        aux_logits,
        transform_input,
        init_weights=init_weights,
        dropout=dropout,
        in_channels=in_channels,
    )
