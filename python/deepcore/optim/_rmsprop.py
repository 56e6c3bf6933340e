"""RMSprop."""

from __future__ import annotations

from .._core import RMSpropStepper
from ._check import check_range
from ._optimizer import Group, Optimizer, Params, Stepper


class RMSprop(Optimizer):
    r"""Steps over the root of a running mean of squared gradients.

    .. math::
        s = \alpha s + (1 - \alpha) g'^2, \qquad
        b = \mu b + \frac{g'}{\sqrt{s} + \epsilon}, \qquad p = p - \eta b

    with :math:`g' = g + \lambda p`, learning rate :math:`\eta`, weight decay :math:`\lambda` and
    momentum :math:`\mu`. Centered, :math:`s - a^2` takes the place of s under the root, a being the
    running mean of :math:`g'`: an estimate of the variance.

    Args:
        params: parameters or groups, see :class:`Optimizer`.
        lr: the learning rate.
        alpha: the share of the running means that is kept.
        eps: keeps the quotient finite.
        weight_decay: adds this times the parameter to its gradient.
        momentum: the share of the last direction that is kept.
        centered: divide by an estimate of the standard deviation.
        maximize: go up the gradient instead of down.

    Raises:
        ValueError: a negative option.

    Reference:
        Tieleman and Hinton, "Lecture 6.5: rmsprop" (2012); Graves, "Generating Sequences With
        Recurrent Neural Networks" (2013) for the centered form.

    Example:
        >>> weight = deepcore.nn.Parameter(deepcore.ones(2))
        >>> optimizer = deepcore.optim.RMSprop([weight])
        >>> (weight * weight).sum().backward()
        >>> optimizer.step()
        >>> [round(w, 4) for w in weight.tolist()]
        [0.9, 0.9]
    """

    def __init__(
        self,
        params: Params,
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
    ) -> None:
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "alpha": alpha,
            "eps": eps,
            "centered": centered,
            "weight_decay": weight_decay,
            "maximize": maximize,
        }
        super().__init__(params, defaults)

    def _new_stepper(self) -> Stepper:
        return RMSpropStepper()

    def _check_group(self, group: Group) -> None:
        for name in ("lr", "alpha", "eps", "weight_decay", "momentum"):
            check_range("rmsprop", name, group[name])
