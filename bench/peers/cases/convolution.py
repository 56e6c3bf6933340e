"""Single convolutions that are no plain 3x3 ones, which bench/cpp/conv.cpp puts beside the peak."""

from dataclasses import dataclass, field

import numpy as np

from . import drawn

BARS = {"forward": 1.2, "all": 1.2}


@dataclass(frozen=True)
class Convolution:
    """Square images and kernels. `all` is forward with the gradients of input, weight and bias."""

    name: str
    batch: int
    size: int
    channels: int
    outputs: int
    kernel: int
    stride: int = 1
    padding: int = 0
    groups: int = 1
    is_transposed: bool = False
    bars: dict[str, float] = field(default_factory=lambda: dict(BARS))
    kind = "convolution"

    def arrays(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return input, weight and bias."""
        x = drawn.images(self.batch, self.channels, self.size)
        sides = (self.channels, self.outputs)
        first, second = sides if self.is_transposed else sides[::-1]
        shape = (first, second // self.groups, self.kernel, self.kernel)
        return x, drawn.parameter("weight", shape), drawn.parameter("bias", (self.outputs,))


CASES = (
    Convolution("depthwise-32", 8, 32, 64, 64, 3, padding=1, groups=64),
    Convolution("depthwise-56", 8, 56, 64, 64, 3, padding=1, groups=64),
    Convolution("1x1", 8, 28, 128, 256, 1),
    Convolution("3x3-stride-2", 32, 32, 32, 64, 3, stride=2, padding=1),
    Convolution("7x7-stride-2", 4, 224, 3, 64, 7, stride=2, padding=3),
    Convolution("5x5", 64, 28, 1, 6, 5, padding=2),
    Convolution("transposed-4x4", 32, 8, 128, 64, 4, stride=2, padding=1, is_transposed=True),
)
