"""What training has measured, epoch by epoch."""

from __future__ import annotations

from collections.abc import Mapping


class History:
    """The means of every epoch: `history["loss"][i]` belongs to epoch `epoch[i]`.

    Attributes:
        history: a list for each of `loss`, the metrics' names, `val_loss`, `val_` and the metrics'
            names; NaN stands where an epoch had no validation.
        epoch: the epochs' numbers, from 1 on; a second `fit` goes on counting.
        interrupted: whether Ctrl-C ended the last `fit`.

    Example:
        >>> from deepcore.train import History
        >>> history = History()
        >>> history.record({"loss": 0.5})
        >>> history.epoch, history.history
        ([1], {'loss': [0.5]})
    """

    def __init__(self) -> None:
        self.history: dict[str, list[float]] = {}
        self.epoch: list[int] = []
        self.interrupted = False

    def record(self, means: Mapping[str, float]) -> None:
        """Appends one epoch."""
        before = len(self.epoch)
        for name in means:
            self.history.setdefault(name, [float("nan")] * before)
        for name, values in self.history.items():
            values.append(means.get(name, float("nan")))
        self.epoch.append(before + 1)

    def __repr__(self) -> str:
        last = ", ".join(f"{name} {values[-1]:.4g}" for name, values in self.history.items())
        interrupted = ", interrupted" if self.interrupted else ""
        return f"History({len(self.epoch)} epochs{interrupted}{': ' if last else ''}{last})"
