"""ResNets, GoogLeNet and Inception-v3 as functions of torchvision's state dicts, in PyTorch.

They are written from the papers' tables and torchvision's names, apart from deepcore's networks.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor


class Weights:
    """A state dict and the layers that read it, in train mode without dropout, or in eval mode."""

    def __init__(self, state: dict[str, Tensor], training: bool, eps: float) -> None:
        self.state, self.training, self.eps = state, training, eps

    def conv(self, x: Tensor, name: str, stride: int = 1) -> Tensor:
        """Padded by half of the kernel."""
        weight = self.state[f"{name}.weight"]
        return F.conv2d(x, weight, None, stride, tuple(size // 2 for size in weight.shape[2:]))

    def norm(self, x: Tensor, name: str) -> Tensor:
        keys = ("running_mean", "running_var", "weight", "bias")
        mean, var, weight, bias = (self.state[f"{name}.{key}"] for key in keys)
        return F.batch_norm(x, mean.clone(), var.clone(), weight, bias, self.training, 0, self.eps)

    def dense(self, x: Tensor, name: str) -> Tensor:
        return F.linear(x, self.state[f"{name}.weight"], self.state[f"{name}.bias"])

    def block(self, x: Tensor, *names: str, stride: int = 1) -> Tensor:
        """Convolutions with norm and ReLU; the stride is the last one's."""
        for name in names:
            last = stride if name == names[-1] else 1
            x = F.relu(self.norm(self.conv(x, f"{name}.conv", last), f"{name}.bn"))
        return x

    def valid(self, x: Tensor, name: str, stride: int = 1) -> Tensor:
        """One of `block` without padding."""
        y = F.conv2d(x, self.state[f"{name}.conv.weight"], None, stride)
        return F.relu(self.norm(y, f"{name}.bn"))


def resnet18(w: Weights, x: Tensor) -> list[Tensor]:
    x = F.relu(w.norm(w.conv(x, "conv1", 2), "bn1"))
    return _residual(w, F.max_pool2d(x, 3, 2, 1), stages=4, blocks=2)


def resnet20(w: Weights, x: Tensor) -> list[Tensor]:
    return _residual(w, F.relu(w.norm(w.conv(x, "conv1"), "bn1")), stages=3, blocks=3)


def _residual(w: Weights, x: Tensor, stages: int, blocks: int) -> list[Tensor]:
    for stage in range(1, stages + 1):
        for block in range(blocks):
            at = f"layer{stage}.{block}"
            stride = 2 if stage > 1 and block == 0 else 1
            y = F.relu(w.norm(w.conv(x, f"{at}.conv1", stride), f"{at}.bn1"))
            y = w.norm(w.conv(y, f"{at}.conv2"), f"{at}.bn2")
            if stride == 2:
                x = w.norm(w.conv(x, f"{at}.downsample.0", 2), f"{at}.downsample.1")
            x = F.relu(x + y)
    return [w.dense(x.mean((2, 3)), "fc")]


def googlenet(w: Weights, x: Tensor) -> list[Tensor]:
    heads = []
    x = F.max_pool2d(w.block(x, "conv1", stride=2), 3, 2, ceil_mode=True)
    x = F.max_pool2d(w.block(x, "conv2", "conv3"), 3, 2, ceil_mode=True)
    for at in ("3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b"):
        b = [f"inception{at}.branch{i}" for i in range(5)]
        pooled = F.max_pool2d(x, 3, 1, 1)
        parts = [w.block(x, b[1]), w.block(x, f"{b[2]}.0", f"{b[2]}.1")]
        parts += [w.block(x, f"{b[3]}.0", f"{b[3]}.1"), w.block(pooled, f"{b[4]}.1")]
        x = torch.cat(parts, 1)
        if at in ("3b", "4e"):
            x = F.max_pool2d(x, 3 if at == "3b" else 2, 2, ceil_mode=True)
        if at in ("4a", "4d") and w.training:
            head = "aux1" if at == "4a" else "aux2"
            y = w.block(F.adaptive_avg_pool2d(x, 4), f"{head}.conv").flatten(1)
            heads.append(w.dense(F.relu(w.dense(y, f"{head}.fc1")), f"{head}.fc2"))
    return [w.dense(x.mean((2, 3)), "fc"), *reversed(heads)]


def inception_v3(w: Weights, x: Tensor) -> list[Tensor]:
    heads = []
    for name, stride in (("1a", 2), ("2a", 1)):
        x = w.valid(x, f"Conv2d_{name}_3x3", stride)
    x = F.max_pool2d(w.block(x, "Conv2d_2b_3x3"), 3, 2)
    x = w.valid(w.block(x, "Conv2d_3b_1x1"), "Conv2d_4a_3x3")
    x = F.max_pool2d(x, 3, 2)
    for at, parts in _MIXED.items():
        x = torch.cat([y for part in parts for y in part(w, x, f"Mixed_{at}.branch")], 1)
        if at == "6e" and w.training:
            y = w.block(F.avg_pool2d(x, 5, 3), "AuxLogits.conv0")
            y = w.valid(y, "AuxLogits.conv1")
            heads.append(w.dense(y.mean((2, 3)), "AuxLogits.fc"))
    return [w.dense(x.mean((2, 3)), "fc"), *heads]


Part = Callable[[Weights, Tensor, str], list[Tensor]]


def _chain(*names: str, halved: bool = False) -> Part:
    """Blocks in a row; `halved`: the last has stride 2 and no padding."""

    def run(w: Weights, x: Tensor, at: str) -> list[Tensor]:
        padded = names[:-1] if halved else names
        x = w.block(x, *(at + name for name in padded))
        return [w.valid(x, at + names[-1], 2) if halved else x]

    return run


def _fork(*names: str) -> Part:
    """Blocks in a row whose last two are side by side."""

    def run(w: Weights, x: Tensor, at: str) -> list[Tensor]:
        x = w.block(x, *(at + name for name in names[:-2]))
        return [w.block(x, at + name) for name in names[-2:]]

    return run


def _mean(w: Weights, x: Tensor, at: str) -> list[Tensor]:
    return [w.block(F.avg_pool2d(x, 3, 1, 1), f"{at}_pool")]


def _most(w: Weights, x: Tensor, at: str) -> list[Tensor]:
    return [F.max_pool2d(x, 3, 2)]


_DOUBLE = ("3x3dbl_1", "3x3dbl_2", "3x3dbl_3")
_SEVENS = (_chain("7x7_1", "7x7_2", "7x7_3"), _chain(*(f"7x7dbl_{i}" for i in range(1, 6))))
_THREES = (_fork("3x3_1", "3x3_2a", "3x3_2b"),)
_THREES += (_fork("3x3dbl_1", "3x3dbl_2", "3x3dbl_3a", "3x3dbl_3b"),)
_A = (_chain("1x1"), _chain("5x5_1", "5x5_2"), _chain(*_DOUBLE), _mean)
_B = (_chain("3x3", halved=True), _chain(*_DOUBLE, halved=True), _most)
_C = (_chain("1x1"), *_SEVENS, _mean)
_D = (_chain("3x3_1", "3x3_2", halved=True),)
_D += (_chain(*(f"7x7x3_{i}" for i in range(1, 5)), halved=True), _most)
_E = (_chain("1x1"), *_THREES, _mean)
_MIXED = {
    "5b": _A, "5c": _A, "5d": _A, "6a": _B, "6b": _C, "6c": _C, "6d": _C, "6e": _C,
    "7a": _D, "7b": _E, "7c": _E,
}  # fmt: skip
NETWORKS = {"resnet18": resnet18, "googlenet": googlenet, "inception_v3": inception_v3}
EPS = {"resnet18": 1e-5, "googlenet": 1e-3, "inception_v3": 1e-3}
