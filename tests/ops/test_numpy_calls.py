"""NumPy's functions on Tensors: they ask the method of their name, with None for the rest."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import deepcore as dc

ARRAY = np.array([[1.0, 2.0, 4.0], [0.0, -1.0, 3.0]])
X = dc.tensor(ARRAY)
CALLS: list[tuple[Any, dict[str, Any]]] = [
    (function, options)
    for function in (np.sum, np.mean, np.var, np.max, np.min, np.any, np.all)
    for options in ({}, {"axis": 0}, {"axis": -1})
] + [(function, {"axis": 1, "keepdims": True}) for function in (np.sum, np.mean, np.var)]


@pytest.mark.parametrize(("function", "options"), CALLS)
def test_as_numpy(function: Any, options: dict[str, Any]) -> None:
    result = function(X, **options)
    assert isinstance(result, dc.Tensor)
    np.testing.assert_allclose(result.numpy(), function(ARRAY, **options), rtol=1e-15)


def test_the_dtype_of_the_result() -> None:
    whole = dc.tensor([1, 2])
    assert np.mean(whole, dtype=np.float64).item() == 1.5
    assert np.sum(whole, dtype="float32").dtype == dc.float32
    assert np.var(X, ddof=1).item() == pytest.approx(ARRAY.var(ddof=1))


@pytest.mark.parametrize("name", ["sum", "mean", "max", "min", "any", "all"])
def test_results_go_nowhere_else(name: str) -> None:
    with pytest.raises(TypeError, match=rf"^\[{name}\] "):
        getattr(X, name)(out=np.zeros(()))


def test_pytorchs_calls_are_what_they_were() -> None:
    assert X.max(axis=0).indices.tolist() == [0, 0, 0]
    assert X.var().item() == pytest.approx(ARRAY.var(ddof=1))
    with pytest.raises(TypeError, match=r"\[sum\] there is no argument 'dims'\."):
        X.sum(dims=1)
    with pytest.raises(TypeError, match=r"\[max\] there is no argument 'keepdims'\."):
        X.max(axis=0, keepdims=True)
