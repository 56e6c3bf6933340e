"""The loss, and what training has to know of it beside its value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import _core, nn
from .._core import Tensor
from .._names import closest_hint

_NAMED: dict[str, Callable[[], nn.Module]] = {
    "cross_entropy": nn.CrossEntropyLoss,
    "nll_loss": nn.NLLLoss,
    "mse": nn.MSELoss,
    "mse_loss": nn.MSELoss,
    "mae": nn.L1Loss,
    "l1_loss": nn.L1Loss,
    "binary_cross_entropy": nn.BCELoss,
    "binary_cross_entropy_with_logits": nn.BCEWithLogitsLoss,
}
_OF_KERAS = {
    "categorical_crossentropy": "cross_entropy",
    "sparse_categorical_crossentropy": "cross_entropy",
    "binary_crossentropy": "binary_cross_entropy",
    "mean_squared_error": "mse",
    "mean_absolute_error": "mae",
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
_BINARY = (nn.BCELoss, nn.BCEWithLogitsLoss)
_ELEMENTWISE = (nn.MSELoss, nn.L1Loss, *_BINARY)
# The output above which a two-class model says 1.
_THRESHOLDS = {nn.BCELoss: 0.5, nn.BCEWithLogitsLoss: 0.0}


@dataclass(frozen=True)
class Objective:
    """A loss and its kind.

    Attributes:
        function: loss(output, target), a tensor of one element.
        kind: the loss module that tells the options, read anew at each use.
        of_classes: targets may be class indices, the output has their scores on axis 1.
        elementwise: output and target have one shape.
        binary: a binary cross-entropy, whose targets are from 0 to 1.
        threshold: the output above which a two-class model says 1.
    """

    function: Callable[[Tensor, Tensor], Tensor]
    kind: Any
    of_classes: bool
    elementwise: bool
    binary: bool
    threshold: float | None

    @property
    def summed(self) -> bool:
        """Whether the loss is a sum over the batch, not a mean."""
        return getattr(self.kind, "reduction", "mean") == "sum"

    @property
    def is_unknown(self) -> bool:
        """Whether this is a loss of the user's own, of which nothing is known."""
        return not (self.of_classes or self.elementwise)

    @property
    def title(self) -> str:
        """The name of the module's class or of the function."""
        if isinstance(self.function, nn.Module):
            return type(self.function).__name__
        return str(getattr(self.function, "__name__", type(self.function).__name__))

    @property
    def ignore_index(self) -> int:
        """The class index that counts for nothing; one that no label has where none does."""
        return self.kind.ignore_index if self.of_classes else -(2**63)

    def __call__(self, output: Tensor, target: Tensor) -> Tensor:
        """The loss of a batch; TypeError unless a tensor, ValueError unless of one element."""
        if not isinstance(output, Tensor) and not self.is_unknown:
            raise TypeError(
                f"[Trainer] loss {self.title!r} needs a model that gives one tensor, got "
                f"{_kind(output)} in training; aux_logits=False where the model has it, or a loss "
                "of your own (output, target)."
            )
        loss = self.function(output, target)
        if not isinstance(loss, Tensor):
            raise TypeError(
                f"[Trainer] loss must give a Tensor of one element, got {type(loss).__name__} from "
                f"{self.title!r}."
            )
        if loss.numel() != 1:
            raise ValueError(
                f"[Trainer] loss must give one number a batch, got shape {loss.shape} from "
                f"{self.title!r}; end it in .mean()."
            )
        return loss

    def weight(self, target: Tensor) -> float:
        """What the loss of a batch divides by: samples, or the class weights of its labels.

        Ignored labels weigh nothing.
        """
        class_weight = self.kind.weight if self.of_classes else None
        if class_weight is None or target.is_floating_point():
            weight: float = _core.count_samples(target, self.ignore_index)
            return weight
        labels = target.numpy()
        weights = class_weight.numpy()[labels[labels != self.ignore_index]]
        return float(weights.sum(dtype=np.float64))


def _kind(output: Any) -> str:
    fields = getattr(output, "_fields", None)
    name = type(output).__name__
    return f"{name}({', '.join(fields)})" if fields else name


def to_objective(loss: Any) -> Objective:
    """The objective of a loss module, of a function (output, target), or of a loss's name.

    Raises:
        ValueError: an unknown name, or a loss that gives one number a sample.
        TypeError: loss is of another kind.
    """
    if isinstance(loss, str):
        loss = _of_name(loss)
    if isinstance(loss, type) or not callable(loss):
        raise TypeError(
            "[Trainer] loss must be a loss module, a function of (output, target) or a name, got "
            f"{class_hint(loss) if isinstance(loss, type) else type(loss).__name__}."
        )
    kind: Any = _FUNCTIONS[loss]() if loss in _FUNCTIONS else loss
    reduction = getattr(kind, "reduction", "mean")
    if reduction not in ("mean", "sum"):
        raise ValueError(
            f"[Trainer] loss must give one number a batch, got reduction={reduction!r}; "
            "take 'mean' or 'sum'."
        )
    return Objective(
        loss,
        kind,
        of_classes=isinstance(kind, _OF_CLASSES),
        elementwise=isinstance(kind, _ELEMENTWISE),
        binary=isinstance(kind, _BINARY),
        threshold=_THRESHOLDS.get(type(kind)),
    )


def _of_name(name: str) -> nn.Module:
    if name not in _NAMED:
        known = _OF_KERAS.get(name)
        hint = f"; did you mean {known!r}?" if known else closest_hint(name, _NAMED)
        raise ValueError(f"[Trainer] loss must be one of {', '.join(_NAMED)}, got {name!r}{hint}")
    return _NAMED[name]()


def class_hint(kind: type, arguments: str = "") -> str:
    """What to say of a class where an instance is needed."""
    name = kind.__name__
    prefix = "nn." if getattr(nn, name, None) is kind else ""
    return f"the class {name}; pass {prefix}{name}({arguments})"
