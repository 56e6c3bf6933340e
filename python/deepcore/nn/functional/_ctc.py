"""Connectionist temporal classification."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ... import _core
from ..._check import check_flag, check_whole
from ..._core import Tensor
from ..._creation import tensor

Lengths = Tensor | Sequence[int]


def ctc_loss(
    log_probs: Tensor,
    targets: Tensor,
    input_lengths: Lengths,
    target_lengths: Lengths,
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Tensor:
    """−log of the probability of a label sequence over all its alignments; see `nn.CTCLoss`.

    The gradient is that with respect to log_probs itself, minus the posteriors, and not PyTorch's,
    which already counts on a log_softmax before; through a log_softmax both are the same.

    Raises:
        ValueError: shapes, lengths or `blank` do not fit, or reduction is none of the three.
        IndexError: a label is not in 0 to C − 1.
        TypeError: targets or lengths are not int64.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn import functional as F
        >>> even = dc.zeros(2, 1, 3).log_softmax(-1)  # two steps, one sample, three classes
        >>> loss = F.ctc_loss(even, dc.tensor([[1]]), [2], [1])  # 3 of the 9 paths give (1,)
        >>> f"{loss:.4f}"
        '1.0986'
    """
    check_options(blank, zero_infinity)
    return _core.ctc_loss(
        log_probs,
        targets,
        to_lengths("input_lengths", input_lengths),
        to_lengths("target_lengths", target_lengths),
        blank,
        reduction,
        zero_infinity,
    )


def check_options(blank: Any, zero_infinity: Any) -> None:
    """Raises TypeError unless these are of their kinds."""
    check_whole("ctc_loss", "blank", blank)
    check_flag("ctc_loss", "zero_infinity", zero_infinity)


def to_lengths(name: str, lengths: Any) -> Tensor:
    """Lengths as a tensor, from one, a list, a tuple, an array or a number."""
    if isinstance(lengths, Tensor):
        return lengths
    try:
        made = tensor(lengths)
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"[ctc_loss] {name} must be whole numbers, got {type(lengths).__name__}."
        ) from error
    # An empty list has no dtype of its own.
    return made.long() if made.numel() == 0 else made
