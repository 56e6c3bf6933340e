"""Residual networks of deepcore.models in PyTorch, with the keys that torchvision gives them."""

from typing import Any

from torch import Tensor, nn

from .torch_inception import inception_v3

__all__ = ["inception_v3", "resnet20", "resnet50"]


class BasicBlock(nn.Module):
    expansion = 1

    def __init__(self, inputs: int, width: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = shortcut(inputs, width, stride)

    def forward(self, x: Tensor) -> Tensor:
        y = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        y += x if self.downsample is None else self.downsample(x)
        return self.relu(y)


class Bottleneck(nn.Module):
    expansion = 4

    def __init__(self, inputs: int, width: int, stride: int = 1) -> None:
        super().__init__()
        outputs = 4 * width
        self.conv1 = nn.Conv2d(inputs, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, outputs, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = shortcut(inputs, outputs, stride)

    def forward(self, x: Tensor) -> Tensor:
        y = self.relu(self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x))))))
        y = self.bn3(self.conv3(y))
        y += x if self.downsample is None else self.downsample(x)
        return self.relu(y)


def shortcut(inputs: int, outputs: int, stride: int) -> nn.Sequential | None:
    if stride == 1 and inputs == outputs:
        return None
    return nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))


def stage(block: Any, inputs: int, width: int, depth: int, stride: int) -> nn.Sequential:
    later = [block(width * block.expansion, width) for _ in range(depth - 1)]
    return nn.Sequential(block(inputs, width, stride), *later)


class ResNet(nn.Module):
    def __init__(self, stem: list[nn.Module], stages: list[nn.Sequential], head: nn.Linear) -> None:
        super().__init__()
        self.conv1, self.bn1, *pooling = stem
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.Sequential(*pooling)
        for i, blocks in enumerate(stages, 1):
            self.add_module(f"layer{i}", blocks)
        self.stages = len(stages)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = head

    def forward(self, x: Tensor) -> Tensor:
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        for i in range(1, self.stages + 1):
            x = getattr(self, f"layer{i}")(x)
        return self.fc(self.avgpool(x).flatten(1))


def resnet20() -> ResNet:
    stem = [nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16)]
    stages = [
        stage(BasicBlock, 16, 16, 3, 1),
        stage(BasicBlock, 16, 32, 3, 2),
        stage(BasicBlock, 32, 64, 3, 2),
    ]
    return ResNet(stem, stages, nn.Linear(64, 10))


def resnet50() -> ResNet:
    stem = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.MaxPool2d(3, 2, 1)]
    stages = [
        stage(Bottleneck, 64, 64, 3, 1),
        stage(Bottleneck, 256, 128, 4, 2),
        stage(Bottleneck, 512, 256, 6, 2),
        stage(Bottleneck, 1024, 512, 3, 2),
    ]
    return ResNet(stem, stages, nn.Linear(2048, 1000))
