"""Checks for ops and layers of one's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _core
from ._core import Tensor
from ._creation import tensor
from ._dtype import float64
from ._grad import no_grad

_Array = npt.NDArray[Any]


def _outputs(result: Any) -> list[Tensor]:
    return list(result) if isinstance(result, (tuple, list)) else [result]


def _weighted_sum(results: Sequence[Tensor], weights: Sequence[_Array]) -> float:
    return float(sum((w * y.detach().numpy()).sum() for w, y in zip(weights, results, strict=True)))


def _difference(total: Callable[[], float], values: _Array, eps: float) -> _Array:
    """(f(x + eps) − f(x − eps)) / (2 eps) for every element of `values`, moved in place."""
    result = np.zeros_like(values)
    for index in np.ndindex(values.shape):
        middle = values[index]
        values[index] = middle + eps
        up = total()
        values[index] = middle - eps
        result[index] = (up - total()) / (2 * eps)
        values[index] = middle
    return result


def gradcheck(
    fn: Callable[..., Any],
    inputs: Tensor | Sequence[Tensor],
    *,
    eps: float = 1e-6,
    atol: float = 1e-7,
    rtol: float = 1e-5,
    raise_exception: bool = True,
) -> bool:
    """Compares the gradients of `fn` with central differences.

    For outputs y_k = fn(x)_k and random weights w_k, L(x) = Σ_k w_k·y_k, backward's ∂L/∂x_i must be
    (L(x + eps e_i) − L(x − eps e_i)) / (2 eps) within atol + rtol·|difference|, where both are
    divided by the largest difference if that is above 1.

    Args:
        fn: takes the inputs, gives a tensor or a tuple of them; it must give the same for the same
            inputs (no dropout).
        inputs: tensors; those that require a gradient must be float64, and are checked.
        eps: the step.
        atol: what is allowed absolutely.
        rtol: what is allowed relatively.
        raise_exception: raise where the gradients differ; otherwise return False.

    Raises:
        TypeError: an input that requires a gradient is not float64.
        ValueError: no input requires a gradient.
        AssertionError: a gradient is missing or differs.

    Reference:
        Goodfellow, Bengio, Courville, "Deep Learning", 2016, section 11.5.

    Example:
        >>> import deepcore as dc
        >>> x = dc.tensor([0.5, 1.0], dtype=dc.float64, requires_grad=True)
        >>> dc.testing.gradcheck(lambda x: x.exp() * x, x)
        True
    """
    xs = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    checked = [i for i, x in enumerate(xs) if x.requires_grad]
    if not checked:
        raise ValueError("[gradcheck] at least one input must require a gradient, got none.")
    for i in checked:
        if xs[i].dtype != float64:
            raise TypeError(
                f"[gradcheck] inputs must be float64, got {xs[i].dtype.name} for input {i}; "
                "convert it with .double()."
            )
    try:
        _check(fn, xs, checked, eps, atol, rtol)
    except AssertionError:
        if raise_exception:
            raise
        return False
    return True


def _check(
    fn: Callable[..., Any],
    xs: list[Tensor],
    checked: list[int],
    eps: float,
    atol: float,
    rtol: float,
) -> None:
    leaves = [tensor(x.detach().numpy(), requires_grad=i in checked) for i, x in enumerate(xs)]
    ys = _outputs(fn(*leaves))
    rng = np.random.default_rng(0)
    weights = [rng.standard_normal(y.shape) for y in ys]
    rooted = [(y, tensor(w)) for y, w in zip(ys, weights, strict=True) if y.requires_grad]
    if not rooted:
        raise AssertionError("[gradcheck] no output depends on an input that requires a gradient.")
    wanted = [leaves[i] for i in checked]
    grads = _core.gradients(
        [y for y, _ in rooted], wanted, [w for _, w in rooted], False, True, False
    )

    def total() -> float:
        with no_grad():
            return _weighted_sum(_outputs(fn(*leaves)), weights)

    for i, leaf, grad in zip(checked, wanted, grads, strict=True):
        expected = _difference(total, leaf.detach().numpy(), eps)
        if grad is None:
            raise AssertionError(f"[gradcheck] input {i} got no gradient.")
        scale = max(1.0, float(np.abs(expected).max(initial=0.0)))
        np.testing.assert_allclose(
            grad.numpy() / scale,
            expected / scale,
            atol=atol,
            rtol=rtol,
            err_msg=f"[gradcheck] the gradient of input {i} differs from central differences.",
        )
