"""Adam and AdamW."""

from __future__ import annotations

from .._core import AdamStepper
from ._check import check_pair, check_range
from ._optimizer import Group, Optimizer, Params, Stepper


class Adam(Optimizer):
    r"""Steps along a running mean of gradients over the root of a running mean of their squares.

    .. math::
        m = \beta_1 m + (1 - \beta_1) g', \qquad v = \beta_2 v + (1 - \beta_2) g'^2, \qquad
        p = p - \eta \frac{m / (1 - \beta_1^t)}{\sqrt{v / (1 - \beta_2^t)} + \epsilon}

    with :math:`g' = g + \lambda p`, learning rate :math:`\eta`, weight decay :math:`\lambda`, and t
    the number of the update. AMSGrad takes the largest v so far.

    Args:
        params: parameters or groups, see :class:`Optimizer`.
        lr: the learning rate.
        betas: the shares of the two running means that are kept.
        eps: keeps the quotient finite.
        weight_decay: adds this times the parameter to its gradient.
        amsgrad: divide by the largest v so far.
        maximize: go up the gradient instead of down.
        decoupled_weight_decay: decay as :class:`AdamW` does.

    Raises:
        ValueError: a negative option, or betas not in [0, 1).

    Reference:
        Kingma and Ba, "Adam: A Method for Stochastic Optimization" (2015); Reddi, Kale and Kumar,
        "On the Convergence of Adam and Beyond" (2018) for AMSGrad.

    Example:
        >>> weight = deepcore.nn.Parameter(deepcore.ones(2))
        >>> optimizer = deepcore.optim.Adam([weight], lr=0.1)
        >>> (weight * weight).sum().backward()
        >>> optimizer.step()
        >>> [round(w, 4) for w in weight.tolist()]
        [0.9, 0.9]
    """

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "amsgrad": amsgrad,
            "maximize": maximize,
            "decoupled_weight_decay": decoupled_weight_decay,
        }
        super().__init__(params, defaults)

    def _new_stepper(self) -> Stepper:
        return AdamStepper()

    def _check_group(self, group: Group) -> None:
        for name in ("lr", "eps", "weight_decay"):
            check_range(self._op, name, group[name])
        check_pair(self._op, "betas", group["betas"])


class AdamW(Adam):
    r"""Adam whose weight decay does not pass through the running means.

    .. math::
        p = (1 - \eta \lambda) p - \eta \frac{m / (1 - \beta_1^t)}{\sqrt{v / (1 - \beta_2^t)} + \epsilon}

    with m, v and the other letters as for :class:`Adam`, of the gradient alone.

    Args:
        params: parameters or groups, see :class:`Optimizer`.
        lr: the learning rate.
        betas: the shares of the two running means that are kept.
        eps: keeps the quotient finite.
        weight_decay: shrinks the parameter by this times the learning rate.
        amsgrad: divide by the largest v so far.
        maximize: go up the gradient instead of down.

    Raises:
        ValueError: a negative option, or betas not in [0, 1).

    Reference:
        Loshchilov and Hutter, "Decoupled Weight Decay Regularization" (2019).

    Example:
        >>> weight = deepcore.nn.Parameter(deepcore.ones(2))
        >>> optimizer = deepcore.optim.AdamW([weight], lr=0.1, weight_decay=0.1)
        >>> (weight * weight).sum().backward()
        >>> optimizer.step()
        >>> [round(w, 4) for w in weight.tolist()]
        [0.89, 0.89]
    """

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        fused: bool | None = None,
    ) -> None:
        super().__init__(
            params,
            lr,
            betas,
            eps,
            weight_decay,
            amsgrad,
            maximize=maximize,
            decoupled_weight_decay=True,
        )
