"""The op table: one row an op, and the checks that every row goes through.

A family's test file has a list CASES and `class TestTable(OpTable): cases = CASES`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import deepcore as dc
from deepcore import _core

Shapes = Sequence[tuple[int, ...]]
Arrays = list[np.ndarray]

MOST_DIFFERENCES = 600  # elements of an input whose gradient is compared with differences


def normal(rng: np.random.Generator, shapes: Shapes) -> Arrays:
    return [rng.standard_normal(shape) for shape in shapes]


def positive(rng: np.random.Generator, shapes: Shapes) -> Arrays:
    return [rng.uniform(0.2, 3.0, shape) for shape in shapes]


def apart(rng: np.random.Generator, shapes: Shapes) -> Arrays:
    """Values at least 0.1 from 0 and from each other: away from kinks and ties."""
    sizes = [int(np.prod(shape)) for shape in shapes]
    steps = np.arange(1, sum(sizes) + 1) * 0.1
    values = rng.permutation(steps * rng.choice([-1.0, 1.0], len(steps)))
    parts = np.split(values, np.cumsum(sizes)[:-1])
    return [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]


@dataclass
class Case:
    """One op: what it is called, what it must give, and on what it is tried.

    name: of the op and its options.
    call: on tensors; gives one tensor or a tuple of them.
    reference: the formula on float64 arrays, in NumPy.
    shapes: the input shapes to try; some with 0 and 1 in them.
    large: input shapes big enough for several threads.
    sample: draws inputs of given shapes; integer arrays stay integers.
    differentiable: whether gradients are checked.
    rows: whether row i of the output depends on row i of the first input alone.
    rtol: relative tolerance of the float32 result.
    """

    name: str
    call: Callable[..., Any]
    reference: Callable[..., Any]
    shapes: Sequence[Shapes]
    large: Shapes
    sample: Callable[[np.random.Generator, Shapes], Arrays] = normal
    differentiable: bool = True
    rows: bool = False
    rtol: float = 2e-5

    def __str__(self) -> str:
        return self.name

    def inputs(self, shapes: Shapes, seed: int = 0) -> Arrays:
        return self.sample(np.random.default_rng(seed), shapes)


def cast(arrays: Arrays, dtype: str) -> Arrays:
    return [a.astype(dtype) if a.dtype.kind == "f" else a for a in arrays]


def outputs(result: Any) -> list[Any]:
    return list(result) if isinstance(result, (tuple, list)) else [result]


def tensors(arrays: Arrays, requires_grad: bool = False) -> list[dc.Tensor]:
    return [
        dc.tensor(a, requires_grad=requires_grad and np.asarray(a).dtype.kind == "f")
        for a in arrays
    ]


def values(result: Any) -> Arrays:
    return [y.detach().numpy().copy() for y in outputs(result)]


def cotangents(results: list[dc.Tensor], seed: int = 1) -> list[np.ndarray | None]:
    """Random weights of the outputs: what is differentiated is their weighted sum."""
    rng = np.random.default_rng(seed)
    return [
        rng.standard_normal(y.shape).astype(y.detach().numpy().dtype) if y.requires_grad else None
        for y in results
    ]


def run(case: Case, xs: list[dc.Tensor], given: list[np.ndarray | None] | None = None) -> Arrays:
    """Outputs, then the gradients of the inputs that have one."""
    ys = outputs(case.call(*xs))
    results = values(ys)
    wanted = [x for x in xs if x.requires_grad]
    if wanted and case.differentiable:
        weights = given or cotangents(ys)
        for x in wanted:
            x.grad = None
        rooted = [(y, w) for y, w in zip(ys, weights, strict=True) if w is not None]
        for i, (y, w) in enumerate(rooted):
            y.backward(dc.tensor(w), retain_graph=i + 1 < len(rooted))
        results += [x.grad.numpy().copy() for x in wanted if x.grad is not None]
    return results


def same_bits(a: Arrays, b: Arrays) -> bool:
    return len(a) == len(b) and all(
        x.shape == y.shape and x.dtype == y.dtype and x.tobytes() == y.tobytes()
        for x, y in zip(a, b, strict=True)
    )


def check_forward(case: Case, shapes: Shapes, dtype: str) -> None:
    arrays = cast(case.inputs(shapes), dtype)
    results = values(case.call(*tensors(arrays)))
    wide = [a.astype("float64") if a.dtype.kind == "f" else a for a in arrays]
    with np.errstate(all="ignore"):
        expected = [np.asarray(y) for y in outputs(case.reference(*wide))]
    assert len(results) == len(expected)
    rtol = case.rtol if dtype == "float32" else 1e-11
    for y, e in zip(results, expected, strict=True):
        assert y.shape == e.shape, f"shape {y.shape} instead of {e.shape}"
        np.testing.assert_allclose(y, e, rtol=rtol, atol=rtol * max(1.0, _size(e)))


def _size(a: np.ndarray) -> float:
    finite = np.abs(a[np.isfinite(a)]) if a.dtype.kind == "f" else np.zeros(0)
    return float(finite.mean()) if finite.size else 0.0


def check_gradients(case: Case, shapes: Shapes, eps: float = 1e-6) -> None:
    """Against central differences of the deepcore op itself, in float64: for each element of an
    input, or for MOST_DIFFERENCES of them, drawn at random."""
    arrays = cast(case.inputs(shapes), "float64")
    xs = tensors(arrays, requires_grad=True)
    ys = outputs(case.call(*xs))
    weights = cotangents(ys)
    grads = run(case, xs, weights)[len(ys) :]
    floats = [i for i, a in enumerate(arrays) if a.dtype.kind == "f"]
    assert len(grads) == len(floats), "an input got no gradient"

    def total(moved: Arrays) -> float:
        results = values(case.call(*tensors(moved)))
        return sum(
            float((w * y).sum()) for w, y in zip(weights, results, strict=True) if w is not None
        )

    for i, grad in zip(floats, grads, strict=True):
        at = np.random.default_rng(i).permutation(grad.size)[:MOST_DIFFERENCES]
        expected = np.zeros(len(at))
        for k, place in enumerate(at):
            moved = [a.copy() for a in arrays]
            moved[i].flat[place] += eps
            up = total(moved)
            moved[i].flat[place] -= 2 * eps
            expected[k] = (up - total(moved)) / (2 * eps)
        scale = max(1.0, float(np.abs(expected).max(initial=0.0)))
        np.testing.assert_allclose(
            grad.reshape(-1)[at] / scale, expected / scale, atol=1e-7, rtol=1e-5
        )


def check_replay(case: Case, shapes: Shapes) -> None:
    """Captured on one set of values, replayed on another: the bits of an eager run on that."""
    first, second = (cast(case.inputs(shapes, seed), "float32") for seed in (0, 1))
    xs = tensors(first, requires_grad=case.differentiable)
    given = cotangents(outputs(case.call(*xs)))
    weights = [None if w is None else dc.tensor(w) for w in given]
    tape = _core.Tape()
    tape.begin()
    try:
        ys = outputs(case.call(*xs))
        for y, w in zip(ys, weights, strict=True):
            if w is not None and case.differentiable:
                y.backward(w, retain_graph=True)
    finally:
        tape.end()
    for x, a in zip(xs, second, strict=True):
        x.detach().numpy()[...] = a
    requests = _core.memory_stats()["requests"]
    tape.replay()
    assert _core.memory_stats()["requests"] == requests, "the replay allocated"
    replayed = values(ys) + [x.grad.numpy().copy() for x in xs if x.grad is not None]
    eager = run(case, tensors(second, requires_grad=case.differentiable), given)
    assert same_bits(replayed, eager)


def shifted(array: np.ndarray, elements: int) -> np.ndarray:
    """A copy of the array that begins `elements` elements after an aligned address."""
    size = array.dtype.itemsize
    raw = np.empty(array.nbytes + 64 + 16 * size, np.uint8)
    start = -raw.ctypes.data % 64 + elements * size
    view = raw[start : start + array.nbytes].view(array.dtype).reshape(array.shape)
    view[...] = array
    return view


def check_alignment(case: Case, shapes: Shapes) -> None:
    arrays = cast(case.inputs(shapes), "float32")
    expected = run(case, tensors(arrays, requires_grad=case.differentiable))
    for elements in range(1, 16):
        xs = [dc.from_numpy(shifted(a, elements)) for a in arrays]
        for x in xs:
            x.requires_grad = case.differentiable and x.dtype == dc.float32
        assert same_bits(run(case, xs), expected), f"other bits at {elements} elements' offset"


def check_threads(case: Case) -> None:
    xs = tensors(cast(case.inputs(case.large), "float32"), requires_grad=case.differentiable)
    with dc.threads(1):
        expected = run(case, xs)
    for n in (2, 3, 7):
        with dc.threads(n):
            assert same_bits(run(case, xs), expected), f"other bits on {n} threads"


def check_rows(case: Case, shapes: Shapes) -> None:
    arrays = cast(case.inputs(shapes), "float32")
    whole = values(case.call(*tensors(arrays)))
    for i in range(len(arrays[0])):
        part = values(case.call(*tensors([arrays[0][i : i + 1], *arrays[1:]])))
        assert same_bits(part, [y[i : i + 1] for y in whole]), f"row {i} alone has other bits"


class OpTable:
    """The checks, for every row of `cases` (conftest.py makes the parameters)."""

    cases: Sequence[Case] = ()

    def test_forward_float32(self, case: Case) -> None:
        for shapes in case.shapes:
            check_forward(case, shapes, "float32")

    def test_forward_float64(self, case: Case) -> None:
        for shapes in case.shapes:
            check_forward(case, shapes, "float64")

    def test_gradients(self, case: Case) -> None:
        for shapes in case.shapes if case.differentiable else ():
            check_gradients(case, shapes)

    def test_replay(self, case: Case) -> None:
        for shapes in case.shapes:
            check_replay(case, shapes)

    def test_alignment(self, case: Case) -> None:
        check_alignment(case, case.shapes[0])

    def test_threads(self, case: Case) -> None:
        check_threads(case)

    def test_rows(self, case: Case) -> None:
        for shapes in case.shapes if case.rows else ():
            check_rows(case, shapes)
