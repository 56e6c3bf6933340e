"""ResNet for images of 224x224: residual blocks after a 7x7 convolution and a pooling."""

from __future__ import annotations

from collections.abc import Sequence

from .. import nn
from .._check import check_whole
from .._core import Tensor
from ..nn import init
from ..nn._fusion import conv_norm


class BasicBlock(nn.Module):
    """Two 3x3 convolutions beside a shortcut: relu(F(x) + x)."""

    expansion = 1

    def __init__(self, inputs: int, width: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU()
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.downsample = _shortcut(inputs, width, stride)

    def forward(self, x: Tensor) -> Tensor:
        y = conv_norm(self.conv1, self.bn1, self.relu, x)
        shortcut = x if self.downsample is None else self.downsample(x)
        return conv_norm(self.conv2, self.bn2, self.relu, y, shortcut)


class Bottleneck(nn.Module):
    """1x1, 3x3 (with the stride) and 1x1 convolutions beside a shortcut."""

    expansion = 4

    def __init__(self, inputs: int, width: int, stride: int = 1) -> None:
        super().__init__()
        outputs = width * self.expansion
        self.conv1 = nn.Conv2d(inputs, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, outputs, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU()
        self.downsample = _shortcut(inputs, outputs, stride)

    def forward(self, x: Tensor) -> Tensor:
        y = conv_norm(self.conv1, self.bn1, self.relu, x)
        y = conv_norm(self.conv2, self.bn2, self.relu, y)
        shortcut = x if self.downsample is None else self.downsample(x)
        return conv_norm(self.conv3, self.bn3, self.relu, y, shortcut)


Block = type[BasicBlock] | type[Bottleneck]


def _shortcut(inputs: int, outputs: int, stride: int) -> nn.Sequential | None:
    if stride == 1 and inputs == outputs:
        return None
    return nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))


def stage(block: Block, inputs: int, width: int, depth: int, stride: int) -> nn.Sequential:
    """Blocks in a row, the first of which changes the size."""
    outputs = width * block.expansion
    later = [block(outputs, width) for _ in range(depth - 1)]
    return nn.Sequential(block(inputs, width, stride), *later)


def draw_convolutions(model: nn.Module) -> None:
    """He's normal weights by fan-out in every convolution, as torchvision draws them."""
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")


class ResNet(nn.Module):
    """A 7x7 convolution and a pooling, four stages of residual blocks, the mean, a dense layer.

    Args:
        block: BasicBlock or Bottleneck.
        layers: how many blocks each of the four stages has.
        num_classes: the number K of scores.
        in_channels: the channels C of the images.
        zero_init_residual: let every block start as its shortcut alone: the last batch norm's
            weight is 0.

    Shape:
        Input (N, C, H, W), H and W 224 as trained; output (N, K).

    Raises:
        ValueError: layers are not four, or one is below 1.
        TypeError: block is no class of blocks, or layers are no whole numbers.

    Reference: K. He, X. Zhang, S. Ren, J. Sun, "Deep Residual Learning for Image Recognition",
        2016, with the stride in the 3x3 convolution of a bottleneck.

    Example:
        >>> import deepcore as dc
        >>> dc.models.resnet18(num_classes=10)(dc.zeros(2, 3, 32, 32)).shape
        (2, 10)
    """

    def __init__(
        self,
        block: Block,
        layers: Sequence[int],
        num_classes: int = 1000,
        in_channels: int = 3,
        zero_init_residual: bool = False,
    ) -> None:
        super().__init__()
        _check_stages(block, layers)
        wide = block.expansion
        self.conv1 = nn.Conv2d(in_channels, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU()
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        self.layer1 = stage(block, 64, 64, layers[0], 1)
        self.layer2 = stage(block, 64 * wide, 128, layers[1], 2)
        self.layer3 = stage(block, 128 * wide, 256, layers[2], 2)
        self.layer4 = stage(block, 256 * wide, 512, layers[3], 2)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(512 * wide, num_classes)
        draw_convolutions(self)
        if zero_init_residual:
            last = "bn2.weight" if block is BasicBlock else "bn3.weight"
            for name, parameter in self.named_parameters():
                if name.startswith("layer") and name.endswith(last):
                    init.zeros_(parameter)

    def forward(self, x: Tensor) -> Tensor:
        x = self.maxpool(conv_norm(self.conv1, self.bn1, self.relu, x))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        y: Tensor = self.fc(self.avgpool(x).flatten(1))
        return y


def _check_stages(block: object, layers: Sequence[int]) -> None:
    if not (isinstance(block, type) and hasattr(block, "expansion")):
        raise TypeError(
            f"[ResNet] block must be BasicBlock or Bottleneck of models.resnet, got {block!r}."
        )
    for i, depth in enumerate(layers):
        check_whole("ResNet", f"layers[{i}]", depth)
    if len(layers) != 4 or min(layers) < 1:
        raise ValueError(
            "[ResNet] layers must be four numbers of blocks, each 1 or more, one a stage, got "
            f"{list(layers)}."
        )


def resnet18(
    num_classes: int = 1000, in_channels: int = 3, *, zero_init_residual: bool = False
) -> ResNet:
    """ResNet-18: 11,689,512 parameters with 1,000 classes.

    Args, Shape, Reference and Example are those of `ResNet`.
    """
    return ResNet(BasicBlock, (2, 2, 2, 2), num_classes, in_channels, zero_init_residual)


def resnet34(
    num_classes: int = 1000, in_channels: int = 3, *, zero_init_residual: bool = False
) -> ResNet:
    """ResNet-34: 21,797,672 parameters with 1,000 classes; as `resnet18`."""
    return ResNet(BasicBlock, (3, 4, 6, 3), num_classes, in_channels, zero_init_residual)


def resnet50(
    num_classes: int = 1000, in_channels: int = 3, *, zero_init_residual: bool = False
) -> ResNet:
    """ResNet-50: 25,557,032 parameters with 1,000 classes; as `resnet18`."""
    return ResNet(Bottleneck, (3, 4, 6, 3), num_classes, in_channels, zero_init_residual)
