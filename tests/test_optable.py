"""The op table's checks, each shown an op that is wrong in just the way it must notice."""

from __future__ import annotations

import numpy as np
import pytest

import deepcore as dc
from support import optable
from support.optable import Case


def case(call, reference=lambda a, b: a @ b, **options) -> Case:
    shapes = [[(5, 4), (4, 3)]]
    return Case("wrong", call, reference, shapes, large=[(300, 200), (200, 100)], **options)


def test_a_right_op_passes() -> None:
    right = case(dc.matmul, rows=True)
    optable.check_forward(right, right.shapes[0], "float32")
    optable.check_gradients(right, right.shapes[0])
    optable.check_replay(right, right.shapes[0])
    optable.check_alignment(right, right.shapes[0])
    optable.check_rows(right, right.shapes[0])
    optable.check_threads(right)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_wrong_value_is_noticed(dtype: str) -> None:
    wrong = case(dc.matmul, lambda a, b: a @ b + 1e-3)
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        optable.check_forward(wrong, wrong.shapes[0], dtype)


def test_a_wrong_shape_is_noticed() -> None:
    wrong = case(lambda a, b: dc.matmul(a, b).flatten())
    with pytest.raises(AssertionError, match="shape"):
        optable.check_forward(wrong, wrong.shapes[0], "float32")


def test_a_wrong_gradient_is_noticed() -> None:
    def scaled(a: dc.Tensor, b: dc.Tensor) -> dc.Tensor:
        if a.requires_grad:
            a.register_hook(lambda g: dc.tensor(g.numpy() * 1.0001))
        return a @ b

    wrong = case(scaled)
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        optable.check_gradients(wrong, wrong.shapes[0])


def test_a_missing_gradient_is_noticed() -> None:
    wrong = case(lambda a, b: a @ b.detach())
    with pytest.raises(AssertionError, match="got no gradient"):
        optable.check_gradients(wrong, wrong.shapes[0])


def test_a_value_fixed_at_capture_is_noticed() -> None:
    wrong = case(lambda a, b: a @ dc.tensor(b.detach().numpy()), differentiable=False)
    with pytest.raises(AssertionError):
        optable.check_replay(wrong, wrong.shapes[0])


def test_bits_that_depend_on_the_threads_are_noticed() -> None:
    def threaded(a: dc.Tensor, b: dc.Tensor) -> dc.Tensor:
        return dc.tensor((a @ b).detach().numpy() * (1 + 1e-6 * dc.get_num_threads()))

    wrong = case(threaded, differentiable=False)
    with pytest.raises(AssertionError, match="other bits on 2 threads"):
        optable.check_threads(wrong)


def test_bits_that_depend_on_the_address_are_noticed() -> None:
    def placed(a: dc.Tensor, b: dc.Tensor) -> dc.Tensor:
        return dc.tensor((a @ b).detach().numpy() * np.float32(1 + 1e-3 * (a.data_ptr() % 64)))

    wrong = case(placed, differentiable=False)
    with pytest.raises(AssertionError, match="other bits at"):
        optable.check_alignment(wrong, wrong.shapes[0])


def test_bits_that_depend_on_the_batch_are_noticed() -> None:
    def batched(a: dc.Tensor, b: dc.Tensor) -> dc.Tensor:
        return dc.tensor((a @ b).detach().numpy() * np.float32(1 + 1e-3 * len(a)))

    wrong = case(batched, differentiable=False, rows=True)
    with pytest.raises(AssertionError, match="row 0 alone has other bits"):
        optable.check_rows(wrong, wrong.shapes[0])
