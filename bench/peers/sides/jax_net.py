"""The layers of a net as functions of its parameters, for the cases' `apply`."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from ..cases.classifier import Arrays, Classifier
from . import jax_recurrent

EPS, MOMENTUM = 1e-5, 0.1  # of batch norm, PyTorch's defaults
BUFFERS = ("running_mean", "running_var")


def arrange_images(x: np.ndarray, layout: str) -> np.ndarray:
    return x.transpose(0, 2, 3, 1) if layout == "NHWC" and x.ndim == 4 else x


def arrange_state(case: Classifier, layout: str) -> tuple[Arrays, Arrays]:
    """Return parameters and buffers of the case as the layout wants them."""
    parameters: Arrays = {}
    buffers: Arrays = {}
    for key, array in case.state().items():
        if key in case.flattened and layout == "NHWC":
            images = array.reshape(-1, *case.flattened[key])
            array = images.transpose(0, 2, 3, 1).reshape(array.shape)
        elif array.ndim == 4 and layout == "NHWC":
            array = array.transpose(2, 3, 1, 0)
        if key.endswith(BUFFERS):
            buffers[key] = array
        elif not key.endswith("num_batches_tracked"):
            parameters[key] = array
    return parameters, buffers


class JaxNet:
    """`buffers` are running statistics, and a key if there is dropout; without one it is off.

    Train mode leaves in `changed` what the buffers are after the step.
    """

    def __init__(self, state: Any, buffers: Any, layout: str, training: bool) -> None:
        self.state, self.buffers, self.layout, self.training = state, buffers, layout, training
        self.changed = dict(buffers)
        self.over = (1, 2) if layout == "NHWC" else (2, 3)  # height and width
        self.relu, self.log_softmax = jax.nn.relu, jax.nn.log_softmax

    def linear(self, key: str, x: Any) -> Any:
        return x @ self.state[f"{key}.weight"].T + self.state[f"{key}.bias"]

    def conv(self, key: str, x: Any, stride: int = 1, padding: int = 0) -> Any:
        kernel = "HWIO" if self.layout == "NHWC" else "OIHW"
        numbers = (self.layout, kernel, self.layout)
        pads = [(padding, padding)] * 2
        w = self.state[f"{key}.weight"]
        y = lax.conv_general_dilated(x, w, (stride, stride), pads, dimension_numbers=numbers)
        bias = self.state.get(f"{key}.bias")
        return y if bias is None else y + self._along_channels(bias)

    def batch_norm(self, key: str, x: Any) -> Any:
        over = (0, *self.over)
        if self.training:
            mean = x.mean(over)
            var = (x * x).mean(over) - mean * mean  # one pass, as flax computes it
            count = x.size // mean.size
            self._run_on(f"{key}.running_mean", mean)
            self._run_on(f"{key}.running_var", var * (count / (count - 1)))
        else:
            mean, var = (self.buffers[f"{key}.{buffer}"] for buffer in BUFFERS)
        scale = self.state[f"{key}.weight"] * lax.rsqrt(var + EPS)
        shift = self.state[f"{key}.bias"] - mean * scale
        return x * self._along_channels(scale) + self._along_channels(shift)

    def _run_on(self, key: str, value: Any) -> None:
        self.changed[key] = (1 - MOMENTUM) * self.buffers[key] + MOMENTUM * value

    def _along_channels(self, values: Any) -> Any:
        return values if self.layout == "NHWC" else values[:, None, None]

    def max_pool(self, x: Any) -> Any:
        """Of 2x2, as a maximum over axes: reduce_window's gradient takes 13 times as long."""
        height, width = self.over
        sizes = list(x.shape)
        sizes[height : width + 1] = sizes[height] // 2, 2, sizes[width] // 2, 2
        return x.reshape(sizes).max((height + 1, width + 2))

    def mean(self, x: Any) -> Any:
        return x.mean(self.over)

    def flatten(self, x: Any) -> Any:
        return x.reshape(x.shape[0], -1)

    def dropout(self, x: Any, share: float) -> Any:
        if not self.training or "key" not in self.buffers:
            return x
        self.changed["key"], key = jax.random.split(self.changed["key"])
        return jnp.where(jax.random.bernoulli(key, 1 - share, x.shape), x / (1 - share), 0)

    def embedding(self, key: str, words: Any) -> Any:
        return self.state[f"{key}.weight"][words]

    def recurrent(self, key: str, kind: str, x: Any, layer: int) -> tuple[Any, Any]:
        """Return the outputs, time first as x is, and the last one, from zero states."""
        parts = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        weights = (self.state[f"{key}.{part}_l{layer}"] for part in parts)
        y = jax_recurrent.layer(kind, x, *weights)
        return y, y[-1]
