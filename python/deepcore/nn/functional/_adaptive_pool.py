"""Windows that make the output have a given size."""

from __future__ import annotations

from typing import Any

from ... import _core
from ..._core import Tensor
from ._check import OutputSize


def adaptive_avg_pool1d(input: Tensor, output_size: OutputSize) -> Tensor:
    """Means, as many as output_size says; see `nn.AdaptiveAvgPool1d`.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.adaptive_avg_pool1d(dc.tensor([[1.0, 3.0, 2.0, 4.0]]), 1)
        tensor([[2.5]])
    """
    return _core.adaptive_avg_pool1d(input, output_size)


def adaptive_avg_pool2d(input: Tensor, output_size: OutputSize) -> Tensor:
    """Means, as many as output_size says; see `nn.AdaptiveAvgPool2d`.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.adaptive_avg_pool2d(dc.tensor([[[1.0, 3.0], [2.0, 4.0]]]), 1)
        tensor([[[2.5]]])
    """
    return _core.adaptive_avg_pool2d(input, output_size)


def adaptive_avg_pool3d(input: Tensor, output_size: OutputSize) -> Tensor:
    """Means, as many as output_size says; see `nn.AdaptiveAvgPool3d`.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.adaptive_avg_pool3d(dc.tensor([[[[1.0, 3.0], [2.0, 4.0]]]]), 1)
        tensor([[[[2.5]]]])
    """
    return _core.adaptive_avg_pool3d(input, output_size)


def adaptive_max_pool1d(
    input: Tensor, output_size: OutputSize, return_indices: bool = False
) -> Any:
    """Maxima, as many as output_size says, and with return_indices where they are.

    See `nn.AdaptiveMaxPool1d`.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.adaptive_max_pool1d(dc.tensor([[1.0, 3.0, 2.0, 4.0]]), 1)
        tensor([[4.]])
    """
    if return_indices:
        return _core.adaptive_max_pool1d_with_indices(input, output_size)
    return _core.adaptive_max_pool1d(input, output_size)


def adaptive_max_pool1d_with_indices(
    input: Tensor, output_size: OutputSize, return_indices: bool = True
) -> tuple[Tensor, Tensor]:
    """Maxima, as many as output_size says, and where they are; see `nn.AdaptiveMaxPool1d`.

    Args:
        return_indices: accepted for PyTorch's sake; they are always returned.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.adaptive_max_pool1d_with_indices(dc.tensor([[1.0, 3.0, 2.0, 4.0]]), 1)[1]
        tensor([[3]])
    """
    return _core.adaptive_max_pool1d_with_indices(input, output_size)


def adaptive_max_pool2d(
    input: Tensor, output_size: OutputSize, return_indices: bool = False
) -> Any:
    """Maxima, as many as output_size says, and with return_indices where they are.

    See `nn.AdaptiveMaxPool2d`.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.adaptive_max_pool2d(dc.tensor([[[1.0, 3.0], [2.0, 4.0]]]), 1)
        tensor([[[4.]]])
    """
    if return_indices:
        return _core.adaptive_max_pool2d_with_indices(input, output_size)
    return _core.adaptive_max_pool2d(input, output_size)


def adaptive_max_pool2d_with_indices(
    input: Tensor, output_size: OutputSize, return_indices: bool = True
) -> tuple[Tensor, Tensor]:
    """Maxima, as many as output_size says, and where they are; see `nn.AdaptiveMaxPool2d`.

    Args:
        return_indices: accepted for PyTorch's sake; they are always returned.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.adaptive_max_pool2d_with_indices(dc.tensor([[[1.0, 3.0], [2.0, 4.0]]]), 1)[1]
        tensor([[[3]]])
    """
    return _core.adaptive_max_pool2d_with_indices(input, output_size)


def adaptive_max_pool3d(
    input: Tensor, output_size: OutputSize, return_indices: bool = False
) -> Any:
    """Maxima, as many as output_size says, and with return_indices where they are.

    See `nn.AdaptiveMaxPool3d`.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.adaptive_max_pool3d(dc.tensor([[[[1.0, 3.0], [2.0, 4.0]]]]), 1)
        tensor([[[[4.]]]])
    """
    if return_indices:
        return _core.adaptive_max_pool3d_with_indices(input, output_size)
    return _core.adaptive_max_pool3d(input, output_size)


def adaptive_max_pool3d_with_indices(
    input: Tensor, output_size: OutputSize, return_indices: bool = True
) -> tuple[Tensor, Tensor]:
    """Maxima, as many as output_size says, and where they are; see `nn.AdaptiveMaxPool3d`.

    Args:
        return_indices: accepted for PyTorch's sake; they are always returned.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.adaptive_max_pool3d_with_indices(dc.tensor([[[[1.0, 3.0], [2.0, 4.0]]]]), 1)[1]
        tensor([[[[3]]]])
    """
    return _core.adaptive_max_pool3d_with_indices(input, output_size)
