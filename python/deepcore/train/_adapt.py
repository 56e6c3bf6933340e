"""Making what a user brings what the model and the loss take, and checking it."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _core, nn
from .._core import Tensor, dtype
from ..data._convert import to_tensor
from ._objective import Objective
from ._probe import probe
from ._target_checks import check_probabilities, check_shares, warn_of_broadcast, warn_of_bytes

Array = NDArray[Any]
_WHOLE = "iub"


class Adapter:
    """Converts and checks inputs and targets of one model and loss.

    Floating arrays become the model's dtype. Whole-number inputs stay so for a model that takes
    them, uint8 becomes int64 for one that takes that, and all others become the model's dtype; a
    row of them tells.

    Args:
        model: the model.
        objective: its loss.
        op: what the errors name, such as "fit".
    """

    def __init__(self, model: nn.Module, objective: Objective, op: str) -> None:
        self._model = model
        self._objective = objective
        self._op = op
        self._dtype = np.dtype(model_dtype(model).name)
        self._whole_kind = self._dtype  # of whole-number inputs
        self.output_shape: tuple[int, ...] | None = None  # of one row: (1, …)

    def inputs(self, x: Any, *, check: bool = True) -> Tensor:
        """x as a tensor for the model."""
        array = self._array("x", x)
        if array.dtype.kind == "f":
            tensor = self._cast(array, self._dtype)
            if check:
                self._check_finite("x", tensor, array)
            if self.output_shape is None:
                row = tensor._narrow_leading(0, 1)
                self.output_shape = probe(self._model, self._op, row, array.shape)
            return tensor
        if self.output_shape is None:
            self._probe_whole(array)
            if self._op == "fit" and self._whole_kind == self._dtype:
                warn_of_bytes(self._op, array)
        return self._cast(array, self._whole_kind)

    def targets(self, y: Any, *, check: bool = True) -> Tensor:
        """y as a tensor for the loss; needs the model's output shape, so `inputs` comes first."""
        array = self._array("y", y)
        objective = self._objective
        if objective.of_classes and self._holds_labels(array):
            return self._labels(array, check)
        if check and objective.is_unknown:
            warn_of_broadcast(self._op, self.output_shape or (), array.shape)
        if array.dtype.kind in _WHOLE and not objective.elementwise:
            return self._cast(array, np.dtype(np.int64))
        tensor = self._cast(array, self._dtype)
        if check:
            self._check_finite("y", tensor, array)
            self._check_values(tensor)
        return self._like_output(tensor) if objective.elementwise else tensor

    def _check_values(self, target: Tensor) -> None:
        shape = self.output_shape or ()
        if self._objective.binary:
            check_shares(self._op, target)
        elif self._objective.of_classes and tuple(target.shape[1:]) == shape[1:]:
            check_probabilities(self._op, target)

    def _array(self, name: str, value: Any) -> Array:
        try:
            array = value.detach().numpy() if isinstance(value, Tensor) else np.asarray(value)
        except ValueError as error:
            raise ValueError(f"[{self._op}] {name} must be one array, got {error}.") from error
        if array.dtype.kind not in "f" + _WHOLE:
            got, hint = f"an array of {array.dtype}", ""
            if hasattr(value, "toarray"):  # SciPy's sparse matrices
                got, hint = f"a sparse {type(value).__name__}", f"; pass {name}.toarray()"
            elif array.ndim == 0 and array.dtype == object:
                got = type(value).__name__
                hint = "; pass an array, a data.Dataset or a data.DataLoader"
            raise TypeError(f"[{self._op}] {name} must hold numbers, got {got}{hint}.")
        if array.ndim == 0 or len(array) == 0:
            raise ValueError(
                f"[{self._op}] {name} must have one sample or more along its first axis, got "
                f"shape {array.shape}."
            )
        return array

    def _cast(self, array: Array, kind: np.dtype[Any]) -> Tensor:
        with np.errstate(over="ignore"):  # _check_finite says which number is too large
            return to_tensor(np.ascontiguousarray(array, kind), self._op)

    def _check_finite(self, name: str, tensor: Tensor, array: Array) -> None:
        if _core.all_finite(tensor):
            return
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(tensor.numpy()))[0])
        if np.isfinite(array[where]):
            raise ValueError(
                f"[{self._op}] {name} must fit the model's {tensor.dtype.name}, got {array[where]} "
                f"at row {where[0]}; scale it."
            )
        raise ValueError(
            f"[{self._op}] {name} must be finite, got {array[where]} at row {where[0]}"
            f"{f', position {where[1:]}' if where[1:] else ''}; drop such rows or fill them in."
        )

    def _probe_whole(self, array: Array) -> None:
        byte = array.dtype.kind in "ub" and array.itemsize == 1
        wide = np.dtype(np.int64)
        *kinds, last = (array.dtype, wide, self._dtype) if byte else (wide, self._dtype)
        for kind in kinds:
            with suppress(TypeError):
                self._probe_as(kind, array)
                return
        self._probe_as(last, array)

    def _probe_as(self, kind: np.dtype[Any], array: Array) -> None:
        row = self._cast(array[:1], kind)
        self.output_shape = probe(self._model, self._op, row, array.shape)
        self._whole_kind = kind

    # Targets

    def _holds_labels(self, array: Array) -> bool:
        """Whether these are class indices, not the probabilities of classes."""
        if array.dtype.kind in _WHOLE:
            return True
        return array.ndim == 1 or (array.shape[1:] == (1,) and self._classes() != 1)

    def _classes(self) -> int | None:
        shape = self.output_shape
        return shape[1] if shape is not None and len(shape) > 1 else None

    def _labels(self, array: Array, check: bool) -> Tensor:
        if array.ndim == 2 and array.shape[1] == 1 and len(self.output_shape or ()) == 2:
            array = array[:, 0]
        labels = array.astype(np.int64) if array.dtype.kind in _WHOLE else self._whole(array)
        classes = self._classes()
        if check:
            self._check_shape(labels)
        if check and classes is not None:
            outside = (labels < 0) | (labels >= classes)
            if outside.any():
                self._check_range(labels, outside, classes)
        return self._cast(labels, np.dtype(np.int64))

    def _whole(self, array: Array) -> Array:
        finite = np.isfinite(array)
        whole = finite & (array == np.floor(np.where(finite, array, 0)))
        if not whole.all():
            row = int(np.argmin(whole.reshape(len(array), -1).all(1)))
            raise ValueError(
                f"[{self._op}] labels must be whole numbers, got {array[row]} at row {row}."
            )
        return array.astype(np.int64)

    def _check_range(self, labels: Array, outside: Array, classes: int) -> None:
        bad = np.argwhere(outside & (labels != self._objective.ignore_index))
        if len(bad):
            where = tuple(int(i) for i in bad[0])
            raise IndexError(
                f"[{self._op}] labels must be from 0 to {classes - 1}, as the model gives "
                f"{classes} scores, got {labels[where]} at row {where[0]}."
            )

    def _like_output(self, target: Tensor) -> Tensor:
        """A column serves as a vector and a vector as a column, whichever the output is."""
        own, wanted = tuple(target.shape[1:]), (self.output_shape or ())[1:]
        return target.reshape((-1, *wanted)) if {own, wanted} == {(), (1,)} else target

    def check_all(self, target: Tensor) -> None:
        """ValueError unless the targets have a shape that the loss takes, and one counts."""
        self._check_shape(target)
        if not self._objective.weight(target) > 0:
            raise ValueError(
                f"[{self._op}] y must have a label that counts, got only ones that the loss leaves "
                f"out: ignore_index={self._objective.ignore_index}, or of class weight 0."
            )

    def _check_shape(self, target: Tensor | Array) -> None:
        own, wanted = tuple(target.shape[1:]), (self.output_shape or ())[1:]
        if self._objective.elementwise and own != wanted:
            raise ValueError(
                f"[{self._op}] y must have the shape of the model's output, {_with_n(wanted)}, got "
                f"{tuple(target.shape)}."
            )
        probabilities = target.dtype.name != "int64" and own == wanted
        if self._objective.of_classes and own != wanted[1:] and not probabilities:
            raise ValueError(
                f"[{self._op}] y must hold class indices {_with_n(wanted[1:])} or, as floats, "
                f"probabilities {_with_n(wanted)}, got {target.dtype.name} "
                f"{tuple(target.shape)}{_class_hint(own, wanted)}."
            )


def _class_hint(own: tuple[int, ...], wanted: tuple[int, ...]) -> str:
    if own == wanted:
        return "; of one-hot rows pass y.argmax(1), or make them floats"
    if own == () and len(wanted) > 1:
        return f"; the model gives {_with_n(wanted)}, is nn.Flatten() missing before its Linear?"
    if len(own) > 0 and own == wanted[:-1]:
        turn = ", ".join(map(str, (0, len(wanted), *range(1, len(wanted)))))
        swap = "transpose(1, 2)" if len(wanted) == 2 else f"permute({turn})"
        return f"; the model gives {_with_n(wanted)} and classes are axis 1: return output.{swap}"
    return ""


def _with_n(sizes: tuple[int, ...]) -> str:
    return f"({', '.join(map(str, ('N', *sizes)))}{'' if sizes else ','})"


def model_dtype(model: nn.Module) -> dtype:
    """The dtype of a model's first floating parameter; float32 for a model without any."""
    for parameter in model.parameters():
        if parameter.is_floating_point():
            return parameter.dtype
    return dtype.float32
