"""Adam and AdamW."""

from __future__ import annotations

from typing import Any

from .._check import check_flag
from .._core import AdamStepper
from ._check import check_hints, check_pair, check_range
from ._optimizer import Closure, Group, Optimizer, Params, Stepper


class Adam(Optimizer):
    """Steps along a running mean of gradients over the root of a running mean of their squares.

        g' = g + weight_decay · p
        m ← β₁ · m + (1 − β₁) · g'
        v ← β₂ · v + (1 − β₂) · g'²
        p ← p − lr · m / (1 − β₁ᵗ) / (√(v / (1 − β₂ᵗ)) + eps)

    where t is the number of the update. AMSGrad takes the largest v so far.

    Args:
        params: parameters or groups, see `Optimizer`.
        lr: the learning rate.
        betas: the shares of the two running means that are kept.
        eps: keeps the quotient finite.
        weight_decay: adds this times the parameter to its gradient.
        amsgrad: divide by the largest v so far.
        maximize: go up the gradient instead of down.
        decoupled_weight_decay: decay as `AdamW` does.

    Raises:
        ValueError: a negative option, one that is not finite, or betas not in [0, 1).

    Reference:
        Kingma and Ba, "Adam: A Method for Stochastic Optimization" (2015); Reddi, Kale and Kumar,
        "On the Convergence of Adam and Beyond" (2018) for AMSGrad.

    Example:
        >>> import deepcore as dc
        >>> weight = dc.ones(2, requires_grad=True)
        >>> optimizer = dc.optim.Adam([weight], lr=0.1)
        >>> weight.grad = dc.tensor([2.0, -2.0])
        >>> optimizer.step()
        >>> [round(w, 4) for w in weight.tolist()]
        [0.9, 1.1]
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
        capturable: bool = False,
        differentiable: bool = False,
        maximize: bool = False,
        fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:
        check_hints(self._op, differentiable)
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
        for name in ("amsgrad", "maximize"):
            check_flag(self._op, name, group[name])
        check_pair(self._op, "betas", group["betas"])


class AdamW(Adam):
    """Adam whose weight decay does not pass through the running means.

        p ← (1 − lr · weight_decay) · p − lr · m / (1 − β₁ᵗ) / (√(v / (1 − β₂ᵗ)) + eps)

    with m and v as `Adam` has them, of the gradient alone.

    Args:
        params: parameters or groups, see `Optimizer`.
        lr: the learning rate.
        betas: the shares of the two running means that are kept.
        eps: keeps the quotient finite.
        weight_decay: shrinks the parameter by this times the learning rate.
        amsgrad: divide by the largest v so far.
        maximize: go up the gradient instead of down.

    Raises:
        ValueError: a negative option, one that is not finite, or betas not in [0, 1).

    Reference:
        Loshchilov and Hutter, "Decoupled Weight Decay Regularization" (2019).

    Example:
        >>> import deepcore as dc
        >>> weight = dc.ones(2, requires_grad=True)
        >>> optimizer = dc.optim.AdamW([weight], lr=0.1, weight_decay=0.1)
        >>> weight.grad = dc.tensor([2.0, -2.0])
        >>> optimizer.step()
        >>> [round(w, 4) for w in weight.tolist()]
        [0.89, 1.09]
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
        capturable: bool = False,
        differentiable: bool = False,
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
            differentiable=differentiable,
            decoupled_weight_decay=True,
        )

    def step(self, closure: Closure | None = None) -> Any:
        try:
            return super().step(closure)
        except (TypeError, ValueError, RuntimeError) as error:  # by Adam's stepper
            error.args = (str(error).replace("[adam]", "[adamw]", 1),)
            raise
