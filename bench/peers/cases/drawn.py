"""Arrays that every side draws alike."""

import math
import zlib

import numpy as np

from .classifier import Arrays


def images(batch: int, channels: int, size: int) -> np.ndarray:
    rng = np.random.default_rng(1)
    return rng.standard_normal((batch, channels, size, size), dtype=np.float32)


def classes(batch: int, number: int) -> np.ndarray:
    return np.random.default_rng(2).integers(number, size=batch)


def parameter(key: str, shape: tuple[int, ...]) -> np.ndarray:
    """Draw a parameter or a buffer by its key in a state dict.

    Weights are He's uniform ones, so that no depth makes scores vanish. Batch norms neither start
    nor run as the identity, or a side could leave them out.
    """
    rng = np.random.default_rng(zlib.crc32(key.encode()))
    if len(shape) > 1:
        bound = math.sqrt(6 / math.prod(shape[1:]))
        return rng.uniform(-bound, bound, shape).astype(np.float32)
    around = 1 if key.endswith(("weight", "running_var")) else 0
    return rng.uniform(around - 0.1, around + 0.1, shape).astype(np.float32)


def parameters(shapes: dict[str, tuple[int, ...]]) -> Arrays:
    return {key: parameter(key, shape) for key, shape in shapes.items()}
