"""deepcore: a compiled deep-learning package for CPUs."""

from __future__ import annotations

from . import _openmp  # isort: skip  (sets OpenMP up before the extension loads it)
from . import autograd, cuda, data, datasets, nn, optim, utils
from ._config import get_num_threads, set_num_threads, show_config, threads
from ._core import (
    Tensor,
    __version__,
    clone,
    detach,
    dtype,
    empty_cache,
    flatten,
    from_numpy,
    matmul,
    reshape,
    squeeze,
    unflatten,
    unsqueeze,
)
from ._creation import (
    arange,
    empty,
    empty_like,
    eye,
    full,
    full_like,
    is_tensor,
    linspace,
    numel,
    ones,
    ones_like,
    tensor,
    zeros,
    zeros_like,
)
from ._device import device
from ._dtype import bool, double, float, float32, float64, int, int32, int64, long, uint8
from ._grad import enable_grad, inference_mode, is_grad_enabled, no_grad, set_grad_enabled
from .serialization import load, save

from . import _tensor  # isort: skip  (gives Tensor its methods)
