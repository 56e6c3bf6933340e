"""Dropout."""

from __future__ import annotations

from .._core import Tensor
from . import functional as F
from ._module import Module
from .functional._dropout import check_probability


class _Dropout(Module):
    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        check_probability(p)
        self.p = p
        self.inplace = inplace

    def extra_repr(self) -> str:
        return f"p={self.p}, inplace={self.inplace}"


class Dropout(_Dropout):
    """In training, sets each element to 0 with probability p and scales the others by 1 / (1 − p).

    In eval mode the input is returned. The elements are drawn from deepcore's generator
    (`manual_seed`) and do not depend on the number of threads.

    Args:
        p: the probability of an element to become 0.
        inplace: accepted for PyTorch's sake; a new tensor is made.

    Shape:
        Any; the output's is the same.

    Raises:
        ValueError: p is not in 0 to 1.

    Reference:
        Hinton et al., Improving neural networks by preventing co-adaptation of feature detectors,
        2012.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.Dropout(0.5).eval()(dc.ones(3))
        tensor([1., 1., 1.])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout(input, self.p, self.training)


class Dropout1d(_Dropout):
    """In training, sets each channel to 0 with probability p and scales the rest by 1 / (1 − p).

    In eval mode the input is returned. The channels are drawn from deepcore's generator
    (`manual_seed`) and do not depend on the number of threads.

    Args:
        p: the probability of a channel to become 0.
        inplace: accepted for PyTorch's sake; a new tensor is made.

    Shape:
        Input and output (N, C, L) or (C, L).

    Raises:
        ValueError: p is not in 0 to 1, or the input has other axes.

    Reference:
        Tompson et al., Efficient object localization using convolutional networks, 2015.

    Example:
        >>> import deepcore as dc
        >>> y = dc.nn.Dropout1d(0.5)(dc.ones(50, 4))
        >>> sorted(set(y.flatten(1).sum(-1).flatten().tolist()))
        [0.0, 8.0]
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout1d(input, self.p, self.training)


class Dropout2d(_Dropout):
    """In training, sets each channel to 0 with probability p and scales the rest by 1 / (1 − p).

    In eval mode the input is returned. The channels are drawn from deepcore's generator
    (`manual_seed`) and do not depend on the number of threads.

    Args:
        p: the probability of a channel to become 0.
        inplace: accepted for PyTorch's sake; a new tensor is made.

    Shape:
        Input and output (N, C, H, W), or (N, C, L) as PyTorch reads three axes.

    Raises:
        ValueError: p is not in 0 to 1, or the input has other axes.

    Reference:
        Tompson et al., Efficient object localization using convolutional networks, 2015.

    Example:
        >>> import deepcore as dc
        >>> y = dc.nn.Dropout2d(0.5)(dc.ones(5, 10, 2, 2))
        >>> sorted(set(y.flatten(2).sum(-1).flatten().tolist()))
        [0.0, 8.0]
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout2d(input, self.p, self.training)


class Dropout3d(_Dropout):
    """In training, sets each channel to 0 with probability p and scales the rest by 1 / (1 − p).

    In eval mode the input is returned. The channels are drawn from deepcore's generator
    (`manual_seed`) and do not depend on the number of threads.

    Args:
        p: the probability of a channel to become 0.
        inplace: accepted for PyTorch's sake; a new tensor is made.

    Shape:
        Input and output (N, C, D, H, W) or (C, D, H, W).

    Raises:
        ValueError: p is not in 0 to 1, or the input has other axes.

    Reference:
        Tompson et al., Efficient object localization using convolutional networks, 2015.

    Example:
        >>> import deepcore as dc
        >>> y = dc.nn.Dropout3d(0.5)(dc.ones(50, 1, 2, 2))
        >>> sorted(set(y.flatten(1).sum(-1).flatten().tolist()))
        [0.0, 8.0]
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout3d(input, self.p, self.training)
