"""Dense nets with ReLU between the layers, none after the last."""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from .classifier import Arrays, Classifier


@dataclass(frozen=True)
class Mlp(Classifier):
    name: str
    widths: tuple[int, ...]
    examples: int
    bars: dict[str, float] = field(default_factory=dict)

    def batch(self) -> tuple[np.ndarray, np.ndarray]:
        rng = np.random.default_rng(1)
        x = rng.standard_normal((self.examples, self.widths[0]), dtype=np.float32)
        return x, rng.integers(self.widths[-1], size=self.examples)

    def state(self) -> Arrays:
        rng = np.random.default_rng(2)
        arrays = {}
        for i, (inputs, outputs) in enumerate(pairwise(self.widths)):
            bound = inputs**-0.5
            for key, shape in (("weight", (outputs, inputs)), ("bias", (outputs,))):
                arrays[f"{2 * i}.{key}"] = rng.uniform(-bound, bound, shape).astype(np.float32)
        return arrays

    def module(self, lib: Any) -> Any:
        layers = []
        for inputs, outputs in pairwise(self.widths):
            layers += [lib.nn.Linear(inputs, outputs), lib.nn.ReLU()]
        return lib.nn.Sequential(*layers[:-1])

    def apply(self, net: Any, x: Any) -> Any:
        last = len(self.widths) - 2
        for i in range(last + 1):
            x = net.linear(f"{2 * i}", x)
            x = net.relu(x) if i < last else x
        return x


CASES = (
    Mlp("mlp-mnist", (784, 128, 64, 10), 128, {"train": 1.2, "infer": 1.0}),
    Mlp("mlp-small", (20, 64, 32, 10), 32, {"train": 1.2, "infer": 1.0}),
    Mlp("mlp-wide", (1024, 2048, 2048, 1000), 256, {"train": 1.4, "infer": 1.0}),
)
