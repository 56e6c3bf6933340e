"""Adam for gradients that are rows."""

from __future__ import annotations

from .._check import check_flag
from .._core import SparseAdamStepper
from ._check import check_pair, check_range
from ._optimizer import Group, Optimizer, Params, Stepper


class SparseAdam(Optimizer):
    """Adam of the rows that have a gradient, for embeddings made with `sparse=True`.

        m ← β₁ · m + (1 − β₁) · g
        v ← β₂ · v + (1 − β₂) · g²
        p ← p − lr · √(1 − β₂ᵗ) / (1 − β₁ᵗ) · m / (√v + eps)

    of the rows in `SparseRows` alone, where t is the number of the update: parameters and moments
    of all other rows keep their bits, while `Adam` would let them fade.

    Args:
        params: parameters or groups, see `Optimizer`; all gradients must be `SparseRows`.
        lr: the learning rate.
        betas: β₁ and β₂.
        eps: keeps the quotient finite.
        maximize: go up the gradient instead of down.

    Raises:
        ValueError: a negative option, one that is not finite, or a beta that is not below 1.
        TypeError: at a step, a gradient is dense.

    Reference:
        Kingma and Ba, "Adam: A Method for Stochastic Optimization" (2015).

    Example:
        >>> import deepcore as dc
        >>> words = dc.nn.Embedding.from_pretrained(dc.ones(3, 2), freeze=False, sparse=True)
        >>> optimizer = dc.optim.SparseAdam(words.parameters(), lr=0.5)
        >>> words(dc.tensor([2, 2])).sum().backward()
        >>> words.weight.grad
        SparseRows(indices=tensor([2]), values=tensor([[2., 2.]]), shape=(3, 2))
        >>> optimizer.step()
        >>> words.weight[0].tolist(), f"{words.weight[2, 0]:.4f}"
        ([1.0, 1.0], '0.5000')
    """

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        maximize: bool = False,
    ) -> None:
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "maximize": maximize})

    def _new_stepper(self) -> Stepper:
        return SparseAdamStepper()

    def _check_group(self, group: Group) -> None:
        check_range("sparseadam", "lr", group["lr"])
        check_range("sparseadam", "eps", group["eps"])
        check_pair("sparseadam", "betas", group["betas"])
        check_flag("sparseadam", "maximize", group["maximize"])
