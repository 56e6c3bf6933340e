"""The inner loops: one epoch of training, one pass of measuring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

from .. import _core, nn
from .._grad import no_grad
from ..optim import Optimizer
from ._diagnosis import not_finite
from ._interrupt import Interrupt
from ._metrics import Meter, Metric
from ._modes import mode
from ._objective import Objective
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


def train_epoch(
    task: Task, epoch: int, source: Source, meter: Meter, progress: Progress, interrupt: Interrupt
) -> None:
    """Trains on every batch once, or until Ctrl-C.

    A batch whose labels are all ignored has no mean, and is left out.

    Raises:
        FloatingPointError: the loss or a gradient is not finite; the weights are those before
            that step.
    """
    model, loss_of, optimizer = task.model, task.objective.function, task.optimizer
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    gradients_finite = _core.GradientWatch(parameters).all_finite
    for step, (x, y) in enumerate(source, 1):
        optimizer.zero_grad()
        output = model(x)
        loss = loss_of(output, y)
        loss.backward()
        value = loss.item()
        # Two looks a step find what is not finite before it reaches a weight.
        if isfinite(value) and gradients_finite():
            optimizer.step()
            meter.add(value, output, y)
        elif task.objective.weight(y) > 0:
            place = f"step {step} of epoch {epoch}"
            raise not_finite(model, task.objective, x, y, value, place)
        progress.update(len(y))
        if interrupt.asked:
            break


def measure(task: Task, source: Source) -> dict[str, float]:
    """The means over every batch, in eval mode, without gradients."""
    meter = task.meter()
    with mode(task.model, training=False), no_grad():
        for x, y in source:
            output = task.model(x)
            meter.add(task.objective.function(output, y).item(), output, y)
    return meter.means()
