"""Dropout."""

from __future__ import annotations

from .._core import Tensor
from . import functional as F
from ._module import Module
from .functional._dropout import check_probability


class Dropout(Module):
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

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        check_probability(p)
        self.p = p
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout(input, self.p, self.training)

    def extra_repr(self) -> str:
        return f"p={self.p}, inplace={self.inplace}"
