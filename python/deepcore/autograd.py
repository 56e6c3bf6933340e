"""Gradients without `.grad`: `autograd.grad`, as PyTorch has it."""

from __future__ import annotations

from collections.abc import Sequence

from . import _core
from ._core import Tensor
from ._grad import enable_grad, no_grad, set_grad_enabled

__all__ = ["enable_grad", "grad", "no_grad", "set_grad_enabled"]


def _tensors(name: str, value: Tensor | Sequence[Tensor]) -> list[Tensor]:
    tensors = [value] if isinstance(value, Tensor) else list(value)
    for x in tensors:
        if not isinstance(x, Tensor):
            raise TypeError(f"[grad] {name} must be tensors, got {type(x).__name__}.")
    return tensors


def _cotangents(value: Tensor | Sequence[Tensor | None] | None) -> list[Tensor | None]:
    if value is None:
        return []
    return [value] if isinstance(value, Tensor) else list(value)


def grad(
    outputs: Tensor | Sequence[Tensor],
    inputs: Tensor | Sequence[Tensor],
    grad_outputs: Tensor | Sequence[Tensor | None] | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    allow_unused: bool = False,
) -> tuple[Tensor | None, ...]:
    """Returns the gradients of `outputs` with respect to `inputs`; no `.grad` is touched.

    For input x and outputs y_k with cotangents v_k: g = Σ_k v_kᵀ ∂y_k/∂x.

    Args:
        outputs: one tensor or several.
        inputs: the tensors to differentiate by; leaves or not.
        grad_outputs: v_k, one for each output; None means 1 for an output of one element.
        retain_graph: keep what backward needs, to call again.
        create_graph: must be False; gradients are of first order.
        allow_unused: give None for an input that no output depends on, instead of an error.

    Returns:
        One gradient for each input, of its shape.

    Raises:
        RuntimeError: an output records no graph, or an input was not used.
        ValueError: create_graph is True, or a cotangent has another shape than its output.

    Example:
        >>> import deepcore as dc
        >>> x = dc.tensor([1.0, 2.0], requires_grad=True)
        >>> dc.autograd.grad((x * x).sum(), x)
        (tensor([2., 4.]),)
    """
    roots, leaves = _tensors("outputs", outputs), _tensors("inputs", inputs)
    given = _cotangents(grad_outputs)
    if given and len(given) != len(roots):
        raise ValueError(
            f"[grad] grad_outputs must have one entry for each of the {len(roots)} outputs, "
            f"got {len(given)}."
        )
    return tuple(
        _core.gradients(roots, leaves, given, bool(retain_graph), allow_unused, create_graph)
    )
