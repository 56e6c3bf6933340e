"""Normalizations."""

from __future__ import annotations

from collections.abc import Sequence

from ... import _core
from ..._core import Tensor


def batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Normalizes every channel over the batch, or by running statistics; see `nn.BatchNorm2d`.

    Args:
        running_mean: of shape (C,), updated in training, used otherwise; None if not kept.
        running_var: likewise.
        weight: w of shape (C,), or None for 1.
        bias: b of shape (C,), or None for 0.
        training: whether the statistics are those of the input.
        momentum: the share of this batch in the updated running statistics.
        eps: what is added to the variance.

    Shape:
        Input and output (N, C, *).

    Raises:
        ValueError: a shape does not fit, or training meets one value per channel.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.batch_norm(dc.tensor([[1.0], [3.0]]), None, None, training=True, eps=0)
        tensor([[-1.],
                [ 1.]])
    """
    return _core.batch_norm(
        input, weight, bias, running_mean, running_var, None, training, momentum, eps
    )


def instance_norm(
    input: Tensor,
    running_mean: Tensor | None = None,
    running_var: Tensor | None = None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Normalizes every channel of every image by itself; see `nn.InstanceNorm2d`.

    Args:
        running_mean: of shape (C,), updated where the input's statistics are used, else used.
        running_var: likewise.
        weight: w of shape (C,), or None for 1.
        bias: b of shape (C,), or None for 0.
        use_input_stats: whether the statistics are those of the input.
        momentum: the share of this batch in the updated running statistics.
        eps: what is added to the variance.

    Shape:
        Input and output (N, C, L, *).

    Raises:
        ValueError: a shape does not fit, or a channel has one element.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.instance_norm(dc.tensor([[[1.0, 3.0]]]), eps=0)
        tensor([[[-1.,  1.]]])
    """
    return _core.instance_norm(
        input, weight, bias, running_mean, running_var, use_input_stats, momentum, eps
    )


def group_norm(
    input: Tensor,
    num_groups: int,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """Normalizes groups of channels of every image; see `nn.GroupNorm`.

    Raises:
        ValueError: num_groups does not divide the channels, or a shape does not fit.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.group_norm(dc.tensor([[1.0, 3.0, 5.0, 5.0]]), 2, eps=1e-12)
        tensor([[-1.,  1.,  0.,  0.]])
    """
    return _core.group_norm(input, num_groups, weight, bias, eps)


def layer_norm(
    input: Tensor,
    normalized_shape: int | Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """Normalizes over the last axes; see `nn.LayerNorm`.

    Raises:
        ValueError: the input's last axes are not normalized_shape, or a shape does not fit.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.layer_norm(dc.tensor([[1.0, 3.0], [5.0, 5.0]]), (2,), eps=1e-12)
        tensor([[-1.,  1.],
                [ 0.,  0.]])
    """
    return _core.layer_norm(input, normalized_shape, weight, bias, eps)


def rms_norm(
    input: Tensor,
    normalized_shape: int | Sequence[int],
    weight: Tensor | None = None,
    eps: float | None = None,
) -> Tensor:
    """Divides by the root of the mean square over the last axes; see `nn.RMSNorm`.

    Raises:
        ValueError: the input's last axes are not normalized_shape, or a shape does not fit.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.rms_norm(dc.tensor([[3.0, -3.0]]), (2,))
        tensor([[ 1., -1.]])
    """
    return _core.rms_norm(input, normalized_shape, weight, eps)


def local_response_norm(
    input: Tensor, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> Tensor:
    """Divides by a power of the energy of the neighbouring channels; see `nn.LocalResponseNorm`.

    Raises:
        ValueError: the input has fewer than three axes, or size is below 1.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> F.local_response_norm(dc.tensor([[[2.0], [0.0]]]), 1, alpha=3.75, beta=0.5)
        tensor([[[0.5],
                 [0. ]]])
    """
    return _core.local_response_norm(input, size, alpha, beta, k)
