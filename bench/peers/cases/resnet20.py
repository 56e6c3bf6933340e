"""ResNet-20 for images of 32x32, with the statistics of its batch norms."""

from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np

from . import drawn
from .classifier import Arrays, Classifier
from .network import models_of


class Resnet20(Classifier):
    name = "resnet20"
    tolerance = 1e-3
    bars: ClassVar = {"train": 1.2, "infer": 1.1}
    images = True

    def batch(self) -> tuple[np.ndarray, np.ndarray]:
        return drawn.images(64, 3, 32), drawn.classes(64, 10)

    def state(self) -> Arrays:
        shapes: dict[str, tuple[int, ...]] = {"conv1.weight": (16, 3, 3, 3)} | _norm("bn1", 16)
        for block, inputs, width, stride in _blocks():
            shapes[f"{block}.conv1.weight"] = (width, inputs, 3, 3)
            shapes[f"{block}.conv2.weight"] = (width, width, 3, 3)
            shapes |= _norm(f"{block}.bn1", width) | _norm(f"{block}.bn2", width)
            if stride > 1:
                shapes[f"{block}.downsample.0.weight"] = (width, inputs, 1, 1)
                shapes |= _norm(f"{block}.downsample.1", width)
        arrays = drawn.parameters({**shapes, "fc.weight": (10, 64), "fc.bias": (10,)})
        norms = [key.removesuffix("running_var") for key in shapes if key.endswith("running_var")]
        return arrays | {f"{norm}num_batches_tracked": np.array(0) for norm in norms}

    def module(self, lib: Any) -> Any:
        return models_of(lib).resnet20()

    def apply(self, net: Any, x: Any) -> Any:
        x = net.relu(net.batch_norm("bn1", net.conv("conv1", x, padding=1)))
        for block, _, _, stride in _blocks():
            y = net.conv(f"{block}.conv1", x, stride=stride, padding=1)
            y = net.relu(net.batch_norm(f"{block}.bn1", y))
            y = net.batch_norm(f"{block}.bn2", net.conv(f"{block}.conv2", y, padding=1))
            if stride > 1:
                x = net.conv(f"{block}.downsample.0", x, stride=stride)
                x = net.batch_norm(f"{block}.downsample.1", x)
            x = net.relu(x + y)
        return net.linear("fc", net.mean(x))


def _norm(key: str, width: int) -> dict[str, tuple[int, ...]]:
    return {f"{key}.{part}": (width,) for part in ("weight", "bias", "running_mean", "running_var")}


def _blocks() -> Iterator[tuple[str, int, int, int]]:
    """Yield the key of every block, the channels that it takes and gives, and its stride."""
    inputs = 16
    for stage, width in enumerate((16, 32, 64), 1):
        for i in range(3):
            yield f"layer{stage}.{i}", inputs, width, width // inputs
            inputs = width


CASES = (Resnet20(),)
