"""Adagrad."""

from __future__ import annotations

from .._core import AdagradStepper
from ._check import check_range
from ._optimizer import Group, Optimizer, Params, Stepper


class Adagrad(Optimizer):
    r"""Steps that shrink with the sum of all squared gradients so far.

    .. math::
        s = s + g'^2, \qquad p = p - \frac{\eta}{1 + (t - 1) d} \frac{g'}{\sqrt{s} + \epsilon}

    with :math:`g' = g + \lambda p`, learning rate :math:`\eta`, its decay :math:`d`, weight decay
    :math:`\lambda`, and t the number of the update.

    Args:
        params: parameters or groups, see :class:`Optimizer`.
        lr: the learning rate.
        lr_decay: how fast the learning rate falls with the number of updates.
        weight_decay: adds this times the parameter to its gradient.
        initial_accumulator_value: what s starts from.
        eps: keeps the quotient finite.
        maximize: go up the gradient instead of down.

    Raises:
        ValueError: a negative option.

    Reference:
        Duchi, Hazan and Singer, "Adaptive Subgradient Methods for Online Learning and Stochastic
        Optimization" (2011).

    Example:
        >>> weight = deepcore.nn.Parameter(deepcore.ones(2))
        >>> optimizer = deepcore.optim.Adagrad([weight], lr=0.5)
        >>> (weight * weight).sum().backward()
        >>> optimizer.step()
        >>> weight.tolist()
        [0.5, 0.5]
    """

    def __init__(
        self,
        params: Params,
        lr: float = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        fused: bool | None = None,
    ) -> None:
        defaults = {
            "lr": lr,
            "lr_decay": lr_decay,
            "eps": eps,
            "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value,
            "maximize": maximize,
        }
        super().__init__(params, defaults)

    def _new_stepper(self) -> Stepper:
        return AdagradStepper()

    def _check_group(self, group: Group) -> None:
        for name in ("lr", "lr_decay", "weight_decay", "initial_accumulator_value", "eps"):
            check_range("adagrad", name, group[name])
