"""The inner loops: one epoch of training, one pass of measuring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from .. import _core, nn
from .._core import Tensor
from .._grad import enable_grad, no_grad
from .._notes import add_note
from ..optim import Optimizer
from ._diagnosis import not_finite
from ._interrupt import Interrupt
from ._metrics import Meter, Metric
from ._modes import mode
from ._objective import Objective, class_hint
from ._progress import Progress
from ._source import Source


@dataclass(frozen=True)
class Task:
    """What is trained, towards what, by what, and what is measured."""

    model: nn.Module
    objective: Objective
    optimizer: Optimizer
    metrics: Mapping[str, Metric]

    def meter(self) -> Meter:
        """Sums of loss and metrics, all at zero."""
        return Meter(self.objective, self.metrics)


def check_optimizer(optimizer: Any, model: nn.Module) -> None:
    """Raises unless it is an optimizer of parameters of the model."""
    if not isinstance(optimizer, Optimizer):
        got = f"{type(optimizer).__name__}; such as optim.Adam(model.parameters(), lr=1e-3)"
        if isinstance(optimizer, type):
            got = class_hint(optimizer, "model.parameters()")
        raise TypeError(
            f"[Trainer] optimizer must be an optimizer of the model's parameters, got {got}."
        )
    own = {id(p) for p in model.parameters()}
    if not any(id(p) in own for group in optimizer.param_groups for p in group["params"]):
        raise ValueError(
            "[Trainer] optimizer must hold parameters of the model, got none of them; make it "
            "from model.parameters()."
        )


def train_epoch(
    task: Task, epoch: int, source: Source, meter: Meter, progress: Progress, interrupt: Interrupt
) -> None:
    """Trains on every batch once, or until Ctrl-C.

    A batch whose labels are all ignored has no mean, and is left out.

    Raises:
        FloatingPointError: the loss or a gradient is not finite; the weights are those before
            that step.
    """
    model, loss_of, optimizer = task.model, task.objective, task.optimizer
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    gradients_finite = _core.GradientWatch(parameters).all_finite
    for step, (x, y) in enumerate(source, 1):
        optimizer.zero_grad()
        output = _output(model, x, source.samples)
        loss = loss_of(output, y)
        loss.backward()
        value = loss.item()
        # Two looks a step find what is not finite before it reaches a weight.
        if isfinite(value) and gradients_finite():
            meter.add(value, output, y)  # first, so that a metric that fails leaves the weights
            optimizer.step()
        elif task.objective.weight(y) > 0:
            place = f"step {step} of epoch {epoch}"
            raise not_finite(model, task.objective, x, y, value, place)
        progress.update(len(y))
        if interrupt.asked:
            break
    # What the last step wrote no later step would find.
    if not all(_core.all_finite(p.detach()) for p in parameters):
        raise FloatingPointError(
            f"[fit] weights must be finite, got some that are not after epoch {epoch}; a lower "
            "learning rate helps."
        )


def _output(model: nn.Module, x: Tensor, samples: int | None) -> Any:
    try:
        return model(x)
    except ValueError as error:
        if len(x) == 1 and samples != 1 and "more than one value per channel" in str(error):
            of = f" of {samples} samples" if samples else " sample"
            add_note(
                error,
                f"[fit] the last batch has 1{of}; another batch_size, or a DataLoader with "
                "drop_last=True, leaves none so small.",
            )
        raise


def measure(task: Task, source: Source, place: str | None = None) -> dict[str, float]:
    """The means over every batch, in eval mode, without gradients.

    Args:
        place: where a loss that is not finite is an error; it is measured like any other if None.
    """
    meter = task.meter()
    with mode(task.model, training=False), no_grad():
        for x, y in source:
            output = task.model(x)
            value = task.objective(output, y).item()
            if place and not isfinite(value) and task.objective.weight(y) > 0:
                with enable_grad():
                    raise not_finite(task.model, task.objective, x, y, value, place)
            meter.add(value, output, y)
    return meter.means()
