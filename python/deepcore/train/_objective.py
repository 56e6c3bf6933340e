"""The loss, and what training has to know of it beside its value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _core, nn
from .._core import Tensor

_NAMED: dict[str, Callable[[], nn.Module]] = {
    "cross_entropy": nn.CrossEntropyLoss,
    "nll_loss": nn.NLLLoss,
    "mse": nn.MSELoss,
    "mae": nn.L1Loss,
    "binary_cross_entropy": nn.BCELoss,
    "binary_cross_entropy_with_logits": nn.BCEWithLogitsLoss,
}
_FUNCTIONS: dict[Any, Callable[[], nn.Module]] = {
    nn.functional.cross_entropy: nn.CrossEntropyLoss,
    nn.functional.nll_loss: nn.NLLLoss,
    nn.functional.mse_loss: nn.MSELoss,
    nn.functional.l1_loss: nn.L1Loss,
    nn.functional.binary_cross_entropy: nn.BCELoss,
    nn.functional.binary_cross_entropy_with_logits: nn.BCEWithLogitsLoss,
}
_OF_CLASSES = (nn.CrossEntropyLoss, nn.NLLLoss)
_ELEMENTWISE = (nn.MSELoss, nn.L1Loss, nn.BCELoss, nn.BCEWithLogitsLoss)
# The output above which a two-class model says 1.
_THRESHOLDS = {nn.BCELoss: 0.5, nn.BCEWithLogitsLoss: 0.0}


@dataclass(frozen=True)
class Objective:
    """A loss and its kind.

    Attributes:
        function: loss(output, target), a tensor of one element.
        of_classes: targets may be class indices, the output has their scores on axis 1.
        elementwise: output and target have one shape.
        summed: the loss is a sum over the batch, not a mean.
        ignore_index: the class index that counts for nothing; no label has the default.
        class_weight: what each class's samples count.
        threshold: the output above which a two-class model says 1.
    """

    function: Callable[[Tensor, Tensor], Tensor]
    of_classes: bool = False
    elementwise: bool = False
    summed: bool = False
    ignore_index: int = -(2**63)
    class_weight: NDArray[Any] | None = None
    threshold: float | None = None

    def weight(self, target: Tensor) -> float:
        """What the loss of a batch divides by: samples, or the class weights of its labels.

        Ignored labels weigh nothing.
        """
        if self.class_weight is None or target.is_floating_point():
            weight: float = _core.count_samples(target, self.ignore_index)
            return weight
        labels = target.numpy()
        return float(self.class_weight[labels[labels != self.ignore_index]].sum(dtype=np.float64))


def to_objective(loss: Any) -> Objective:
    """The objective of a loss module, of a function (output, target), or of a loss's name.

    Raises:
        ValueError: an unknown name, or a loss that gives one number a sample.
        TypeError: loss is of another kind.
    """
    if isinstance(loss, str):
        if loss not in _NAMED:
            raise ValueError(f"[Trainer] loss must be one of {', '.join(_NAMED)}, got {loss!r}.")
        loss = _NAMED[loss]()
    if not callable(loss):
        raise TypeError(
            "[Trainer] loss must be a loss module, a function of (output, target) or a name, got "
            f"{type(loss).__name__}."
        )
    kind: Any = _FUNCTIONS[loss]() if loss in _FUNCTIONS else loss
    reduction = getattr(kind, "reduction", "mean")
    if reduction not in ("mean", "sum"):
        raise ValueError(
            f"[Trainer] loss must give one number a batch, got reduction={reduction!r}; "
            "take 'mean' or 'sum'."
        )
    of_classes = isinstance(kind, _OF_CLASSES)
    weight = kind.weight if of_classes else None
    return Objective(
        loss,
        of_classes=of_classes,
        elementwise=isinstance(kind, _ELEMENTWISE),
        summed=reduction == "sum",
        ignore_index=kind.ignore_index if of_classes else Objective.ignore_index,
        class_weight=None if weight is None else weight.numpy(),
        threshold=_THRESHOLDS.get(type(kind)),
    )
