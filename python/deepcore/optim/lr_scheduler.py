"""Learning rates that change with the epoch."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from typing import Any

from .._check import check_whole
from .._names import suggest
from ._check import check_range
from ._optimizer import Optimizer

__all__ = ["CosineAnnealingLR", "LRScheduler", "MultiStepLR", "StepLR"]


class LRScheduler:
    """The base of schedulers: `step()` once an epoch sets every group's `lr`.

    A subclass writes `get_lr`, which returns the rates of all groups at `self.last_epoch`.

    Args:
        optimizer: whose groups are scheduled.
        last_epoch: the epoch to go on from; -1 starts, and takes the groups' rates as initial ones.

    Raises:
        TypeError: optimizer is no Optimizer.
        ValueError: last_epoch is given but the groups have no `initial_lr`.

    Example:
        >>> import deepcore as dc
        >>> class Halving(dc.optim.lr_scheduler.LRScheduler):
        ...     def get_lr(self):
        ...         return [lr / 2**self.last_epoch for lr in self.base_lrs]
        >>> sgd = dc.optim.SGD(dc.nn.Linear(1, 1).parameters(), lr=1.0)
        >>> scheduler = Halving(sgd)
        >>> for epoch in range(2):
        ...     sgd.step()
        ...     scheduler.step()
        >>> sgd.param_groups[0]["lr"]
        0.25
    """

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        if not isinstance(optimizer, Optimizer):
            kind = type(optimizer).__name__
            raise TypeError(f"[lr_scheduler] optimizer must be an Optimizer, got {kind}.")
        self.optimizer = optimizer
        for group in optimizer.param_groups:
            if last_epoch == -1:
                group["initial_lr"] = group["lr"]
            elif "initial_lr" not in group:
                raise ValueError(
                    f"[lr_scheduler] last_epoch={last_epoch} needs groups with an 'initial_lr', "
                    "got none; load the optimizer's state dict first."
                )
        self.base_lrs = [group["initial_lr"] for group in optimizer.param_groups]
        self.last_epoch = last_epoch
        self._step_count = 0
        self.step()

    def get_lr(self) -> list[float]:
        """The rate of every group at `self.last_epoch`."""
        raise NotImplementedError("[lr_scheduler] get_lr() must be written by the subclass.")

    def get_last_lr(self) -> list[float]:
        """The rate of every group as last set."""
        return self._last_lr

    def step(self) -> None:
        """Goes to the next epoch."""
        self._step_count += 1
        self.last_epoch += 1
        rates = self.get_lr()
        for group, rate in zip(self.optimizer.param_groups, rates, strict=True):
            group["lr"] = rate
        self._last_lr = rates

    def state_dict(self) -> dict[str, Any]:
        """All that the scheduler knows but the optimizer."""
        return {key: value for key, value in self.__dict__.items() if key != "optimizer"}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes over what `state_dict()` gave."""
        self.__dict__.update(state_dict)


class StepLR(LRScheduler):
    """Multiplies the learning rates by gamma every step_size epochs.

    Args:
        optimizer: whose groups are scheduled.
        step_size: the number of epochs between two falls.
        gamma: the factor.
        last_epoch: the epoch to go on from.

    Raises:
        ValueError: step_size is below 1, or gamma negative or not finite.
        TypeError: step_size is not a whole number.

    Example:
        >>> import deepcore as dc
        >>> weight = dc.ones(2, requires_grad=True)
        >>> optimizer = dc.optim.SGD([weight], lr=1.0)
        >>> scheduler = dc.optim.lr_scheduler.StepLR(optimizer, step_size=2)
        >>> for epoch in range(3):
        ...     optimizer.step()
        ...     scheduler.step()
        >>> scheduler.get_last_lr()
        [0.1]
    """

    def __init__(
        self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1
    ) -> None:
        check_whole("step_lr", "step_size", step_size)
        check_range("step_lr", "gamma", gamma)
        if step_size < 1:
            raise ValueError(f"[step_lr] step_size must be at least 1, got {step_size}.")
        self.step_size = step_size
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """The rates, multiplied by gamma at each multiple of step_size."""
        falls = self.last_epoch > 0 and self.last_epoch % self.step_size == 0
        factor = self.gamma if falls else 1.0
        return [group["lr"] * factor for group in self.optimizer.param_groups]


class MultiStepLR(LRScheduler):
    """Multiplies the learning rates by gamma at each of several epochs.

    Args:
        optimizer: whose groups are scheduled.
        milestones: the epochs; one that comes twice counts twice.
        gamma: the factor.
        last_epoch: the epoch to go on from.

    Raises:
        ValueError: a milestone is negative, or gamma negative or not finite.
        TypeError: a milestone is not a whole number.

    Example:
        >>> import deepcore as dc
        >>> optimizer = dc.optim.SGD([dc.ones(2, requires_grad=True)], lr=1.0)
        >>> scheduler = dc.optim.lr_scheduler.MultiStepLR(optimizer, [1, 3], gamma=0.5)
        >>> for epoch in range(3):
        ...     optimizer.step()
        ...     scheduler.step()
        ...     print(scheduler.get_last_lr()[0])
        0.5
        0.5
        0.25
    """

    def __init__(
        self,
        optimizer: Optimizer,
        milestones: Iterable[int],
        gamma: float = 0.1,
        last_epoch: int = -1,
    ) -> None:
        check_range("multi_step_lr", "gamma", gamma)
        if not isinstance(milestones, Iterable):
            raise TypeError(
                f"[multi_step_lr] milestones must be a sequence of epochs, got {milestones!r}."
            )
        self.milestones = Counter(milestones)
        for epoch in self.milestones:
            check_whole("multi_step_lr", "a milestone", epoch)
            if epoch < 0:
                raise ValueError(f"[multi_step_lr] a milestone must be at least 0, got {epoch}.")
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """The rates, multiplied by gamma for each milestone at this epoch."""
        factor = self.gamma ** self.milestones.get(self.last_epoch, 0)
        return [group["lr"] * factor for group in self.optimizer.param_groups]


class CosineAnnealingLR(LRScheduler):
    """Lets the learning rates fall along half a cosine, from their initial values to eta_min.

    lr(t) = eta_min + (lr(0) − eta_min)·(1 + cos(π·t / T_max)) / 2 after t epochs. Each rate is
    reckoned from the last one, as in PyTorch, so that other schedulers may change it too; beyond
    T_max the rates rise again.

    Args:
        optimizer: whose groups are scheduled.
        T_max: the number of epochs of the fall.
        eta_min: the rate after T_max epochs.
        last_epoch: the epoch to go on from.

    Raises:
        ValueError: T_max is below 1, or eta_min negative or not finite.
        TypeError: T_max is not a whole number.

    Reference:
        Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts" (2017),
        without the restarts.

    Example:
        >>> import deepcore as dc
        >>> optimizer = dc.optim.SGD([dc.ones(2, requires_grad=True)], lr=1.0)
        >>> scheduler = dc.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=2)
        >>> for epoch in range(2):
        ...     optimizer.step()
        ...     scheduler.step()
        ...     print(round(scheduler.get_last_lr()[0], 3))
        0.5
        0.0
    """

    def __init__(
        self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0, last_epoch: int = -1
    ) -> None:
        check_whole("cosine_annealing_lr", "T_max", T_max)
        check_range("cosine_annealing_lr", "eta_min", eta_min)
        if T_max < 1:
            raise ValueError(f"[cosine_annealing_lr] T_max must be at least 1, got {T_max}.")
        self.T_max = T_max
        self.eta_min = eta_min
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """The rates, from those of the epoch before."""
        t, low = self.last_epoch, self.eta_min
        groups = self.optimizer.param_groups
        if t == 0:
            return [group["lr"] for group in groups]
        if self._step_count == 1:  # gone on from an epoch whose rates may not be there
            return [low + (base - low) * self._height(t) / 2 for base in self.base_lrs]
        if (t - 1 - self.T_max) % (2 * self.T_max) == 0:  # away from the minimum, a height of 0
            rise = self._height(self.T_max - 1) / 2
            pairs = zip(groups, self.base_lrs, strict=True)
            return [group["lr"] + (base - low) * rise for group, base in pairs]
        ratio = self._height(t) / self._height(t - 1)
        return [ratio * (group["lr"] - low) + low for group in groups]

    def _height(self, t: int) -> float:
        return 1 + math.cos(math.pi * t / self.T_max)


def __dir__() -> list[str]:
    return sorted(__all__)


def __getattr__(name: str) -> Any:
    raise AttributeError(suggest("optim.lr_scheduler", name, __all__))
