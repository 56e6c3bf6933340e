"""Inception-v3 of deepcore.models in PyTorch, with torchvision's keys, without the second head."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Conv(nn.Module):
    """Convolution without bias, batch norm, ReLU."""

    def __init__(self, inputs: int, outputs: int, kernel: Any, **place: Any) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, bias=False, **place)
        self.bn = nn.BatchNorm2d(outputs, eps=0.001)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.bn(self.conv(x)), inplace=True)


def row(inputs: int, outputs: int, size: int) -> Conv:
    return Conv(inputs, outputs, (1, size), padding=(0, size // 2))


def column(inputs: int, outputs: int, size: int) -> Conv:
    return Conv(inputs, outputs, (size, 1), padding=(size // 2, 0))


class Branches(nn.Module):
    """Chains of layers side by side, after which the channels of all are put together.

    A chain is a list of layers' names and of poolings; it may end in a tuple of names, of layers
    side by side once more.
    """

    def __init__(self, layers: dict[str, Conv], *chains: list[Any]) -> None:
        super().__init__()
        for name, layer in layers.items():
            self.add_module(name, layer)
        self.chains = chains

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([part for chain in self.chains for part in self.run(chain, x)], 1)

    def run(self, chain: list[Any], x: Tensor) -> list[Tensor]:
        for step in chain:
            if isinstance(step, tuple):
                return [getattr(self, name)(x) for name in step]
            x = getattr(self, step)(x) if isinstance(step, str) else step(x)
        return [x]


def average(x: Tensor) -> Tensor:
    return F.avg_pool2d(x, 3, 1, 1)


def maximum(x: Tensor) -> Tensor:
    return F.max_pool2d(x, 3, 2)


def block_a(inputs: int, pool: int) -> Branches:
    layers = {
        "branch1x1": Conv(inputs, 64, 1),
        "branch5x5_1": Conv(inputs, 48, 1),
        "branch5x5_2": Conv(48, 64, 5, padding=2),
        "branch3x3dbl_1": Conv(inputs, 64, 1),
        "branch3x3dbl_2": Conv(64, 96, 3, padding=1),
        "branch3x3dbl_3": Conv(96, 96, 3, padding=1),
        "branch_pool": Conv(inputs, pool, 1),
    }
    fives = ["branch5x5_1", "branch5x5_2"]
    threes = [f"branch3x3dbl_{i}" for i in (1, 2, 3)]
    return Branches(layers, ["branch1x1"], fives, threes, [average, "branch_pool"])


def block_b(inputs: int) -> Branches:
    layers = {
        "branch3x3": Conv(inputs, 384, 3, stride=2),
        "branch3x3dbl_1": Conv(inputs, 64, 1),
        "branch3x3dbl_2": Conv(64, 96, 3, padding=1),
        "branch3x3dbl_3": Conv(96, 96, 3, stride=2),
    }
    threes = [f"branch3x3dbl_{i}" for i in (1, 2, 3)]
    return Branches(layers, ["branch3x3"], threes, [maximum])


def block_c(inputs: int, width: int) -> Branches:
    layers = {
        "branch1x1": Conv(inputs, 192, 1),
        "branch7x7_1": Conv(inputs, width, 1),
        "branch7x7_2": row(width, width, 7),
        "branch7x7_3": column(width, 192, 7),
        "branch7x7dbl_1": Conv(inputs, width, 1),
        "branch7x7dbl_2": column(width, width, 7),
        "branch7x7dbl_3": row(width, width, 7),
        "branch7x7dbl_4": column(width, width, 7),
        "branch7x7dbl_5": row(width, 192, 7),
        "branch_pool": Conv(inputs, 192, 1),
    }
    sevens = [f"branch7x7_{i}" for i in (1, 2, 3)]
    twice = [f"branch7x7dbl_{i}" for i in (1, 2, 3, 4, 5)]
    return Branches(layers, ["branch1x1"], sevens, twice, [average, "branch_pool"])


def block_d(inputs: int) -> Branches:
    layers = {
        "branch3x3_1": Conv(inputs, 192, 1),
        "branch3x3_2": Conv(192, 320, 3, stride=2),
        "branch7x7x3_1": Conv(inputs, 192, 1),
        "branch7x7x3_2": row(192, 192, 7),
        "branch7x7x3_3": column(192, 192, 7),
        "branch7x7x3_4": Conv(192, 192, 3, stride=2),
    }
    sevens = [f"branch7x7x3_{i}" for i in (1, 2, 3, 4)]
    return Branches(layers, ["branch3x3_1", "branch3x3_2"], sevens, [maximum])


def block_e(inputs: int) -> Branches:
    layers = {
        "branch1x1": Conv(inputs, 320, 1),
        "branch3x3_1": Conv(inputs, 384, 1),
        "branch3x3_2a": row(384, 384, 3),
        "branch3x3_2b": column(384, 384, 3),
        "branch3x3dbl_1": Conv(inputs, 448, 1),
        "branch3x3dbl_2": Conv(448, 384, 3, padding=1),
        "branch3x3dbl_3a": row(384, 384, 3),
        "branch3x3dbl_3b": column(384, 384, 3),
        "branch_pool": Conv(inputs, 192, 1),
    }
    threes = ["branch3x3_1", ("branch3x3_2a", "branch3x3_2b")]
    twice = ["branch3x3dbl_1", "branch3x3dbl_2", ("branch3x3dbl_3a", "branch3x3dbl_3b")]
    return Branches(layers, ["branch1x1"], threes, twice, [average, "branch_pool"])


class Inception3(nn.Module):
    """Layers in a row, by name."""

    def __init__(self, layers: dict[str, nn.Module]) -> None:
        super().__init__()
        for name, layer in layers.items():
            self.add_module(name, layer)

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.children():
            x = layer(x)
        return x


def inception_v3(aux_logits: bool) -> Inception3:
    assert not aux_logits
    return Inception3(
        {
            "Conv2d_1a_3x3": Conv(3, 32, 3, stride=2),
            "Conv2d_2a_3x3": Conv(32, 32, 3),
            "Conv2d_2b_3x3": Conv(32, 64, 3, padding=1),
            "maxpool1": nn.MaxPool2d(3, 2),
            "Conv2d_3b_1x1": Conv(64, 80, 1),
            "Conv2d_4a_3x3": Conv(80, 192, 3),
            "maxpool2": nn.MaxPool2d(3, 2),
            "Mixed_5b": block_a(192, 32),
            "Mixed_5c": block_a(256, 64),
            "Mixed_5d": block_a(288, 64),
            "Mixed_6a": block_b(288),
            "Mixed_6b": block_c(768, 128),
            "Mixed_6c": block_c(768, 160),
            "Mixed_6d": block_c(768, 160),
            "Mixed_6e": block_c(768, 192),
            "Mixed_7a": block_d(768),
            "Mixed_7b": block_e(1280),
            "Mixed_7c": block_e(2048),
            "avgpool": nn.AdaptiveAvgPool2d((1, 1)),
            "flatten": nn.Flatten(),
            "fc": nn.Linear(2048, 1000),
        }
    )
