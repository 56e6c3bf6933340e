"""CTCLoss: labels without an alignment."""

from __future__ import annotations

from .. import _core
from .._core import Tensor
from ._module import Module
from .functional._ctc import Lengths, check_options, to_lengths
from .functional._loss import check_reduction


class CTCLoss(Module):
    """The connectionist temporal classification loss: −log P(targets | log_probs).

        P = Σ over alignments π of Πₜ exp(log_probs[t, πₜ])

    An alignment names a class at each step, and gives the labels when repeats are merged and then
    blanks are dropped. 'mean' divides the loss of each sample by its number of labels, or by 1 for
    none, and takes the mean over the batch. Sums of probabilities run in double.

    The gradient is the derivative with respect to log_probs itself: minus the posterior probability
    of class c at step t. PyTorch's is exp(log_probs) more, which is right only behind a
    log_softmax; through a log_softmax both give the same gradient. Steps beyond input_lengths have
    none, whatever they hold.

    Args:
        blank: the class that stands for no label.
        reduction: 'mean', 'sum' or 'none'.
        zero_infinity: where a sample has more labels than its steps have room for, its infinite
            loss and its gradient (NaN) are replaced by zero.

    Shape:
        log_probs (T, N, C) or (T, C), the logarithms of probabilities: T steps, N samples, C
        classes. targets (N, S), or (Σ target_lengths,) one sample behind the other; labels beyond
        target_lengths may be anything. Lengths (N,), tensors or lists of whole numbers. Output: a
        number; with 'none', (N,).

    Raises:
        ValueError: shapes, lengths or `blank` do not fit, targets hold the blank, or reduction is
            none of the three.
        IndexError: a label is not in 0 to C − 1.
        TypeError: targets or lengths are not int64.

    Reference:
        Graves, Fernández, Gomez and Schmidhuber, "Connectionist Temporal Classification: Labelling
        Unsegmented Sequence Data with Recurrent Neural Networks" (2006).

    Example:
        >>> import deepcore as dc
        >>> log_probs = dc.zeros(2, 1, 3).log_softmax(-1)
        >>> loss = dc.nn.CTCLoss()(log_probs, dc.tensor([[1, 2]]), [2], [2])  # one path of nine
        >>> f"{loss:.4f}"
        '1.0986'
    """

    def __init__(
        self, blank: int = 0, reduction: str = "mean", zero_infinity: bool = False
    ) -> None:
        super().__init__()
        check_reduction(reduction)
        check_options(blank, zero_infinity)
        self.blank = blank
        self.reduction = reduction
        self.zero_infinity = zero_infinity

    def forward(
        self, log_probs: Tensor, targets: Tensor, input_lengths: Lengths, target_lengths: Lengths
    ) -> Tensor:
        return _core.ctc_loss(
            log_probs,
            targets,
            to_lengths("input_lengths", input_lengths),
            to_lengths("target_lengths", target_lengths),
            self.blank,
            self.reduction,
            self.zero_infinity,
        )
