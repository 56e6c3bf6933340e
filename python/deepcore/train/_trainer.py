"""Trainer: the usual loop, with measuring, progress and checks around it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import nn
from .._check import check_flag, is_whole
from .._grad import no_grad
from ..data import DataLoader, Dataset
from ..optim import Optimizer
from ..optim.lr_scheduler import LRScheduler
from ._adapt import Adapter
from ._history import History
from ._interrupt import Interrupt
from ._loop import Task, check_optimizer, measure, train_epoch
from ._metrics import to_metrics
from ._modes import mode
from ._objective import class_hint, to_objective
from ._progress import Means, Progress, progress_kind
from ._source import Source, inputs_of, open_source, split_last


class Trainer:
    """Trains, measures and applies a model: the loop that one would write by hand.

    Each step is `optimizer.zero_grad()`, `loss(model(x), y).backward()`, `optimizer.step()`, on
    batches that a `DataLoader` with the same seed would give, so the weights are those of that
    loop bit for bit. Inputs and targets may be anything `numpy.asarray` takes (arrays, lists,
    Tensors), a Dataset of pairs (x, y), or a DataLoader. Floating arrays become the model's dtype,
    whole-number labels int64; labels (N, 1) serve as (N,) where the loss takes class indices.
    Whole-number inputs stay so for a model that takes them: uint8 arithmetic wraps around there.
    Arrays that need no conversion share their memory with the model's inputs, so a model that
    changes its input in place (`x.mul_(0.5)`) changes them.

    Loss and metrics are means over samples, however they fall into batches. Where the loss has
    class weights or an `ignore_index`, its mean divides by the weights of the labels that count, as
    the loss itself does; accuracy leaves out ignored labels and knows no class weights.

    Args:
        model: what is trained.
        loss: a loss module, a function of (output, target) that gives the mean over the batch, or
            one of 'cross_entropy', 'nll_loss', 'mse' or 'mse_loss', 'mae' or 'l1_loss',
            'binary_cross_entropy', 'binary_cross_entropy_with_logits'.
        optimizer: an optimizer of the model's parameters.
        metrics: names out of 'accuracy' or 'acc', 'mae', 'mse', functions of (output, target), in
            this order, that give the mean over the batch or a value for each sample, or a dict of
            those by name; None for the loss alone. 'accuracy' takes class indices, or targets of 0
            and 1 or, with a loss of probabilities, in between.
        scheduler: steps after each whole epoch, so that learning rates change with the epoch.

    Attributes:
        history: the History of all epochs so far.

    Raises:
        ValueError: an unknown name, a loss without reduction, an optimizer of another model, or a
            scheduler of another optimizer.
        TypeError: an argument is of another kind.

    Example:
        >>> import deepcore as dc
        >>> model = dc.nn.Linear(1, 1)
        >>> sgd = dc.optim.SGD(model.parameters(), lr=0.1)
        >>> trainer = dc.Trainer(model, "mse", sgd)
        >>> history = trainer.fit([[0.0], [1.0]], [1.0, 3.0], epochs=100, verbose=0)
        >>> trainer.predict([[2.0]]).shape
        (1, 1)
    """

    def __init__(
        self,
        model: nn.Module,
        loss: Any,
        optimizer: Optimizer,
        metrics: Any = None,
        scheduler: LRScheduler | None = None,
    ) -> None:
        if not isinstance(model, nn.Module):
            got = class_hint(model) if isinstance(model, type) else type(model).__name__
            raise TypeError(f"[Trainer] model must be an nn.Module, got {got}.")
        check_optimizer(optimizer, model)
        _check_scheduler(scheduler, optimizer)
        objective = to_objective(loss)
        self._task = Task(model, objective, optimizer, to_metrics(metrics, objective))
        self._scheduler = scheduler
        self.history = History()

    @property
    def model(self) -> nn.Module:
        """The model; another one needs another Trainer, as do another loss and optimizer."""
        return self._task.model

    @property
    def loss(self) -> Callable[..., Any]:
        """The loss function."""
        return self._task.objective.function

    @property
    def optimizer(self) -> Optimizer:
        """The optimizer."""
        return self._task.optimizer

    def fit(
        self,
        x: Any,
        y: Any = None,
        *,
        epochs: int = 1,
        batch_size: int | None = None,
        validation_data: Any = None,
        validation_split: float | None = None,
        shuffle: bool | None = None,
        verbose: bool | int | str = True,
    ) -> History:
        """Trains for some epochs; again goes on from there.

        The first Ctrl-C ends the epoch after the step under way (validation included), keeps the
        weights, sets `history.interrupted` and says so on stderr, whatever `verbose` is; a second
        one raises KeyboardInterrupt. The model trains in training mode; every module is in its own
        mode again afterwards.

        Args:
            x: inputs, or a Dataset or DataLoader of pairs (x, y). Lengths of padded sequences
                (`pad_collate`), states carried from batch to batch (`BPTTLoader`) and other
                iterables need a loop of one's own.
            y: targets, with inputs that are an array.
            epochs: how many more times all samples are gone through.
            batch_size: samples a step, 32 if None; the last step of an epoch takes what is left.
            validation_data: (x, y), a Dataset or a DataLoader, measured after each epoch.
            validation_split: the share of the samples that is validated on instead: the last ones,
                before any shuffling; 0 is none.
            shuffle: visit samples in a new order each epoch, True if None. A DataLoader brings its
                own batch_size and order.
            verbose: 0 shows nothing; 1 or 'auto' a bar in a terminal or notebook and a line an
                epoch in a log file; 2 a line an epoch.

        Shape:
            x: (N, …). y: (N,), (N, 1) or (N, …).

        Returns:
            The Trainer's History.

        Raises:
            ValueError: no samples, unequally many, targets whose shape or values do not fit the
                loss, only labels that it ignores, images without an axis of channels, samples that
                a recurrent layer takes for steps, or NaN and infinities, before the first step; in
                a DataLoader of other than tensors, and of targets that a metric cannot measure,
                before the step that would use them.
            IndexError: a class index that is not from 0 to C - 1.
            TypeError: what holds no numbers, batches that are no pairs, a DataLoader with
                `pad_collate`, or an option that x brings itself.
            FloatingPointError: a loss or gradient became NaN or infinite; the text names the step
                and the layer, and the weights are those before that step. Or, after an epoch, a
                weight or the loss of the validation is.
        """
        kind = progress_kind(verbose)
        _check_epochs(epochs)
        if shuffle is not None:
            check_flag("fit", "shuffle", shuffle)
        self.history.interrupted = False
        adapter = self._adapter("fit")
        if validation_split is not None and validation_split != 0:
            if validation_data is not None:
                raise ValueError("[fit] expected validation_data or validation_split, got both.")
            (x, y), validation_data = split_last("fit", x, y, validation_split)
        if shuffle is None and not isinstance(x, DataLoader):
            shuffle = True
        source = open_source(adapter, "fit", x, y, batch_size=batch_size, shuffle=shuffle)
        held_out = self._validation(adapter, validation_data, batch_size)
        with Interrupt() as interrupt, mode(self.model, training=True):
            last = len(self.history.epoch) + epochs
            while len(self.history.epoch) < last and not interrupt.asked:
                epoch = len(self.history.epoch) + 1
                progress = partial(kind, f"epoch {epoch}/{last}", source.samples)
                self.history.record(self._epoch(epoch, progress, source, held_out, interrupt))
                if self._scheduler is not None and not interrupt.asked:
                    self._scheduler.step()
            self.history.interrupted = interrupt.asked
        return self.history

    def _epoch(
        self,
        epoch: int,
        start_progress: Callable[[Means], Progress],
        source: Source,
        held_out: Source | None,
        interrupt: Interrupt,
    ) -> dict[str, float]:
        meter = self._task.meter()
        progress = start_progress(meter.means)
        means = None
        try:
            train_epoch(self._task, epoch, source, meter, progress, interrupt)
            progress.end_training()
            means = meter.means()
            if held_out is not None:
                measured = measure(self._task, held_out, f"the validation of epoch {epoch}")
                means.update((f"val_{name}", value) for name, value in measured.items())
        finally:
            progress.close(means)
        return means

    def _validation(self, adapter: Adapter, data: Any, batch_size: int | None) -> Source | None:
        if data is None:
            return None
        if isinstance(data, (DataLoader, Dataset)):
            data = (data, None)
        if not isinstance(data, (tuple, list)) or len(data) != 2:
            raise TypeError(
                "[fit] validation_data must be a pair (x, y), a Dataset or a DataLoader, got "
                f"{type(data).__name__}."
            )
        size = None if isinstance(data[0], DataLoader) else batch_size
        return open_source(adapter, "fit", *data, batch_size=size)

    def evaluate(self, x: Any, y: Any = None, *, batch_size: int | None = None) -> dict[str, float]:
        """Measures loss and metrics in eval mode: `{"loss": …, "accuracy": …}`.

        Args, Shape and Raises are those of `fit`.
        """
        source = open_source(self._adapter("evaluate"), "evaluate", x, y, batch_size=batch_size)
        return measure(self._task, source)

    def predict(self, x: Any, *, batch_size: int | None = None) -> NDArray[Any]:
        """The model's outputs in eval mode, in the order of the inputs.

        Args:
            x: inputs, a Dataset or a DataLoader of inputs or of pairs (x, y), whose y is left out,
                without shuffling. As in `fit`, lengths of padded sequences need a loop of one's
                own.
            batch_size: samples a forward, 32 if None; it changes no bit of the outputs.

        Shape:
            x: (N, …). Returns (N, …), the outputs of all batches one after the other.

        Raises:
            ValueError: no samples, or a DataLoader that shuffles or leaves samples out.
            TypeError: what holds no numbers, batches of more than two parts, or a DataLoader with
                `pad_collate`.
        """
        batches = inputs_of(self._adapter("predict"), "predict", x, batch_size)
        with mode(self.model, training=False), no_grad():
            outputs = [self.model(batch).numpy() for batch in batches]
        if not outputs:
            raise ValueError("[predict] x must have one batch or more, got none.")
        return np.concatenate(outputs)

    def _adapter(self, op: str) -> Adapter:
        return Adapter(self.model, self._task.objective, op)


def _check_epochs(epochs: Any) -> None:
    if not is_whole(epochs) or epochs < 1:
        raise ValueError(f"[fit] epochs must be a positive whole number, got {epochs!r}.")


def _check_scheduler(scheduler: Any, optimizer: Optimizer) -> None:
    if scheduler is None:
        return
    if not isinstance(scheduler, LRScheduler):
        raise TypeError(
            "[Trainer] scheduler must be an optim.lr_scheduler.LRScheduler, got "
            f"{type(scheduler).__name__}."
        )
    if scheduler.optimizer is not optimizer:
        raise ValueError("[Trainer] scheduler must be made of the Trainer's optimizer.")
