"""Plain convolutional nets: layers in a row."""

from collections import OrderedDict
from typing import Any, ClassVar

import numpy as np

from . import drawn
from .classifier import Arrays, Classifier


class MnistCnn(Classifier):
    """The net of PyTorch's MNIST example, with its dropout."""

    name = "mnist-cnn"
    bars: ClassVar = {"train": 1.3, "infer": 1.1}
    loss = "NLLLoss"
    images = True
    dropout = 0.5
    flattened: ClassVar = {"fc1.weight": (64, 12, 12)}

    def batch(self) -> tuple[np.ndarray, np.ndarray]:
        return drawn.images(64, 1, 28), drawn.classes(64, 10)

    def state(self) -> Arrays:
        shapes = {"conv1": (32, 1, 3, 3), "conv2": (64, 32, 3, 3)}
        return _with_biases({**shapes, "fc1": (128, 9216), "fc2": (10, 128)})

    def module(self, lib: Any) -> Any:
        nn = lib.nn
        layers = {
            "conv1": nn.Conv2d(1, 32, 3, 1),
            "relu1": nn.ReLU(),
            "conv2": nn.Conv2d(32, 64, 3, 1),
            "relu2": nn.ReLU(),
            "pool": nn.MaxPool2d(2),
            "dropout1": nn.Dropout(0.25),
            "flatten": nn.Flatten(),
            "fc1": nn.Linear(9216, 128),
            "relu3": nn.ReLU(),
            "dropout2": nn.Dropout(0.5),
            "fc2": nn.Linear(128, 10),
            "log_softmax": nn.LogSoftmax(dim=1),
        }
        return nn.Sequential(OrderedDict(layers))

    def apply(self, net: Any, x: Any) -> Any:
        x = net.relu(net.conv("conv1", x))
        x = net.max_pool(net.relu(net.conv("conv2", x)))
        x = net.flatten(net.dropout(x, 0.25))
        x = net.dropout(net.relu(net.linear("fc1", x)), 0.5)
        return net.log_softmax(net.linear("fc2", x))


class Lenet5(Classifier):
    name = "lenet5"
    bars: ClassVar = {"train": 1.5, "infer": 1.1}
    images = True
    flattened: ClassVar = {"fc1.weight": (16, 5, 5)}

    def batch(self) -> tuple[np.ndarray, np.ndarray]:
        return drawn.images(64, 1, 28), drawn.classes(64, 10)

    def state(self) -> Arrays:
        shapes = {"conv1": (6, 1, 5, 5), "conv2": (16, 6, 5, 5)}
        return _with_biases({**shapes, "fc1": (120, 400), "fc2": (84, 120), "fc3": (10, 84)})

    def module(self, lib: Any) -> Any:
        nn = lib.nn
        layers = {
            "conv1": nn.Conv2d(1, 6, 5, padding=2),
            "relu1": nn.ReLU(inplace=True),
            "pool1": nn.MaxPool2d(2),
            "conv2": nn.Conv2d(6, 16, 5),
            "relu2": nn.ReLU(inplace=True),
            "pool2": nn.MaxPool2d(2),
            "flatten": nn.Flatten(),
            "fc1": nn.Linear(400, 120),
            "relu3": nn.ReLU(inplace=True),
            "fc2": nn.Linear(120, 84),
            "relu4": nn.ReLU(inplace=True),
            "fc3": nn.Linear(84, 10),
        }
        return nn.Sequential(OrderedDict(layers))

    def apply(self, net: Any, x: Any) -> Any:
        x = net.max_pool(net.relu(net.conv("conv1", x, padding=2)))
        x = net.flatten(net.max_pool(net.relu(net.conv("conv2", x))))
        x = net.relu(net.linear("fc2", net.relu(net.linear("fc1", x))))
        return net.linear("fc3", x)


class Vgg11(Classifier):
    """VGG-11's convolutions on images of 32x32, where one pixel is left, and one dense layer."""

    name = "vgg11"
    tolerance = 1e-3
    bars: ClassVar = {"train": 1.3, "infer": 1.1}
    images = True
    stages = ((64,), (128,), (256, 256), (512, 512), (512, 512))

    def batch(self) -> tuple[np.ndarray, np.ndarray]:
        return drawn.images(32, 3, 32), drawn.classes(32, 10)

    def state(self) -> Arrays:
        shapes, inputs = {}, 3
        for key, outputs in self._convolutions():
            shapes[key] = (outputs, inputs, 3, 3)
            inputs = outputs
        return _with_biases({**shapes, "fc": (10, 512)})

    def _convolutions(self) -> list[tuple[str, int]]:
        return [
            (f"conv{i}_{j}", width)
            for i, widths in enumerate(self.stages, 1)
            for j, width in enumerate(widths, 1)
        ]

    def module(self, lib: Any) -> Any:
        nn, layers, inputs = lib.nn, {}, 3
        for i, widths in enumerate(self.stages, 1):
            for j, width in enumerate(widths, 1):
                layers[f"conv{i}_{j}"] = nn.Conv2d(inputs, width, 3, padding=1)
                layers[f"relu{i}_{j}"] = nn.ReLU(inplace=True)
                inputs = width
            layers[f"pool{i}"] = nn.MaxPool2d(2)
        layers |= {"flatten": nn.Flatten(), "fc": nn.Linear(512, 10)}
        return nn.Sequential(OrderedDict(layers))

    def apply(self, net: Any, x: Any) -> Any:
        for i, widths in enumerate(self.stages, 1):
            for j in range(1, len(widths) + 1):
                x = net.relu(net.conv(f"conv{i}_{j}", x, padding=1))
            x = net.max_pool(x)
        return net.linear("fc", net.flatten(x))


def _with_biases(weights: dict[str, tuple[int, ...]]) -> Arrays:
    shapes: dict[str, tuple[int, ...]] = {}
    for layer, shape in weights.items():
        shapes |= {f"{layer}.weight": shape, f"{layer}.bias": shape[:1]}
    return drawn.parameters(shapes)


CASES = (MnistCnn(), Lenet5(), Vgg11())
