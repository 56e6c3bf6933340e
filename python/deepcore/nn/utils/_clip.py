"""Clipping of gradients."""

from __future__ import annotations

from collections.abc import Iterable

from ... import _core
from ..._core import Tensor


def clip_grad_norm_(
    parameters: Tensor | Iterable[Tensor],
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """Scales gradients in place so that their norm is at most max_norm; returns the norm before.

        ‖g‖ = (Σ |gᵢ|^p)^(1/p)
        g ← g · min(1, max_norm / (‖g‖ + 1e-6))

    over the elements of all gradients together, p being norm_type.

    Args:
        parameters: a tensor or tensors; those without a gradient are passed over.
        max_norm: what the norm is at most afterwards.
        norm_type: p, above 0; `float('inf')` takes the maximum.
        error_if_nonfinite: a NaN or infinite norm is an error, instead of making NaN or zero of
            all gradients.
        foreach: accepted for PyTorch's sake and without meaning, as for the optimizers.

    Raises:
        ValueError: a negative max_norm, or norm_type not above 0.
        TypeError: a gradient is `SparseRows`.
        RuntimeError: the norm is not finite and error_if_nonfinite; the gradients are left alone.

    Reference:
        Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks"
        (2013).

    Example:
        >>> import deepcore as dc
        >>> weight = dc.zeros(2, requires_grad=True)
        >>> weight.grad = dc.tensor([3.0, 4.0])
        >>> dc.nn.utils.clip_grad_norm_([weight], max_norm=1.0).item()
        5.0
        >>> [round(g, 3) for g in weight.grad.tolist()]
        [0.6, 0.8]
    """
    tensors = _tensors("clip_grad_norm_", parameters)
    return _core.clip_grad_norm_(tensors, max_norm, norm_type, error_if_nonfinite)


def clip_grad_value_(
    parameters: Tensor | Iterable[Tensor], clip_value: float, foreach: bool | None = None
) -> None:
    """Moves each element of the gradients, in place, into −clip_value to clip_value.

        g ← min(max(g, −clip_value), clip_value)

    Args:
        parameters: a tensor or tensors; those without a gradient are passed over.
        clip_value: the greatest magnitude; NaN stays NaN.
        foreach: accepted for PyTorch's sake and without meaning, as for the optimizers.

    Raises:
        ValueError: a negative clip_value.
        TypeError: a gradient is `SparseRows`.

    Example:
        >>> import deepcore as dc
        >>> weight = dc.zeros(2, requires_grad=True)
        >>> weight.grad = dc.tensor([3.0, -0.25])
        >>> dc.nn.utils.clip_grad_value_([weight], 0.5)
        >>> weight.grad.tolist()
        [0.5, -0.25]
    """
    _core.clip_grad_value_(_tensors("clip_grad_value_", parameters), clip_value)


def _tensors(op: str, parameters: Tensor | Iterable[Tensor]) -> list[Tensor]:
    if hasattr(parameters, "parameters"):
        kind = type(parameters).__name__
        raise TypeError(f"[{op}] parameters must be Tensors, got {kind}; pass its parameters().")
    return [parameters] if isinstance(parameters, Tensor) else list(parameters)
