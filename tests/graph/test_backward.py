"""The backward walk: where gradients go, what is freed, what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import deepcore as dc
from deepcore import _core


def leaf(*shape: int, seed: int = 0) -> dc.Tensor:
    values = np.random.default_rng(seed).standard_normal(shape)
    return dc.tensor(values, requires_grad=True)


def test_gradients_of_two_backwards_add_up() -> None:
    x = leaf(3)
    x.clone().backward(dc.ones(3, dtype=dc.float64))
    x.clone().backward(dc.ones(3, dtype=dc.float64))
    assert x.grad.tolist() == [2.0, 2.0, 2.0]


def test_a_tensor_used_twice_gets_both_gradients() -> None:
    a = leaf(4, 4)
    cotangent = np.random.default_rng(1).standard_normal((4, 4))
    (a @ a).backward(dc.tensor(cotangent))
    value = a.detach().numpy()
    expected = cotangent @ value.T + value.T @ cotangent
    np.testing.assert_allclose(a.grad.numpy(), expected, rtol=1e-12)


def test_only_what_reaches_the_root_is_visited() -> None:
    x, y = leaf(2), leaf(2)
    kept, other = x.clone(), y.clone()
    kept.backward(dc.ones(2, dtype=dc.float64))
    assert y.grad is None
    other.backward(dc.ones(2, dtype=dc.float64))
    assert y.grad is not None


def test_two_leaves_never_share_a_gradient_buffer() -> None:
    x, y = leaf(3), leaf(3)
    (x + y).backward(dc.ones(3, dtype=dc.float64))
    assert x.grad.data_ptr() != y.grad.data_ptr()
    given = dc.ones(3, dtype=dc.float64)
    z = leaf(3)
    z.reshape(3).backward(given)
    assert z.grad.data_ptr() != given.data_ptr()


def test_a_root_of_several_elements_needs_a_gradient() -> None:
    with pytest.raises(RuntimeError, match=r"^\[backward\] a gradient must be given .*\(3,\)"):
        leaf(3).clone().backward()
    with pytest.raises(ValueError, match=r"shape \(3,\) and dtype float64, got \(2,\)"):
        leaf(3).clone().backward(dc.ones(2, dtype=dc.float64))
    with pytest.raises(ValueError, match=r"dtype float64, got \(3,\) and float32"):
        leaf(3).clone().backward(dc.ones(3))


def test_a_given_gradient_is_read_where_it_lies_and_stays_as_it_is() -> None:
    x = dc.ones(3, 4, requires_grad=True)
    given = dc.full((3, 4), 2.0)
    y = x * 3
    before = _core.memory_stats()["requests"]
    y.backward(given)
    assert _core.memory_stats()["requests"] == before + 1  # for x.grad
    np.testing.assert_array_equal(x.grad.numpy(), np.full((3, 4), 6.0))
    np.testing.assert_array_equal(given.numpy(), np.full((3, 4), 2.0))


def test_a_gradient_may_be_given_that_is_added_to() -> None:
    x = dc.ones(2, 2, requires_grad=True)
    weight = dc.tensor([[1.0, 2.0], [3.0, 4.0]])
    x.grad = dc.tensor([[1.0, 10.0], [100.0, 1000.0]])
    want = x.grad.numpy() + x.grad.numpy() @ weight.numpy().T
    (x @ weight).backward(x.grad)
    np.testing.assert_array_equal(x.grad.numpy(), want)


def test_a_tensor_without_graph_has_no_backward() -> None:
    with pytest.raises(RuntimeError, match=r"does not depend on any tensor that requires"):
        dc.ones(1).backward()
    with dc.no_grad():
        y = leaf(1).clone()
    with pytest.raises(RuntimeError, match=r"does not depend on any tensor that requires"):
        y.backward()


def test_a_second_backward_needs_retain_graph() -> None:
    a, b = leaf(2, 2), leaf(2, 2)
    one = dc.ones(2, 2, dtype=dc.float64)
    y = a @ b
    y.backward(one, retain_graph=True)
    first = a.grad.numpy().copy()
    y.backward(one)
    np.testing.assert_array_equal(a.grad.numpy(), 2 * first)
    freed = r"saved by 'matmul' were freed .*retain_graph=True to that one, or detach\(\)"
    with pytest.raises(RuntimeError, match=freed):
        y.backward(one)


def test_a_saved_value_that_changed_is_an_error() -> None:
    a, b = leaf(2, 2), leaf(2, 2)
    y = a @ b
    with dc.no_grad():
        b.mul_(2)
    with pytest.raises(RuntimeError, match=r"'matmul' saved .* was written in place afterwards"):
        y.backward(dc.ones(2, 2, dtype=dc.float64))
    assert a.grad is None


def test_an_error_in_the_walk_leaves_no_gradient_behind() -> None:
    x = leaf(2)

    def fail(gradient: dc.Tensor) -> None:
        raise KeyError("hook")

    y = x.clone()
    y.register_hook(fail)
    with pytest.raises(KeyError, match="hook"):
        y.clone().backward(dc.ones(2, dtype=dc.float64), retain_graph=True)
    assert x.grad is None


def test_gradients_are_of_first_order() -> None:
    x = leaf(1)
    with pytest.raises(ValueError, match=r"^\[backward\] gradients are of first order here"):
        x.clone().backward(create_graph=True)
    with pytest.raises(ValueError, match=r"^\[grad\] gradients are of first order here"):
        dc.autograd.grad(x.clone(), x, create_graph=True)


def test_hooks_see_and_replace_gradients() -> None:
    x = leaf(3)
    y = x.clone()
    seen = []
    y.register_hook(lambda g: seen.append(g.tolist()))
    handle = y.register_hook(lambda g: g * 3)
    leaf_handle = x.register_hook(lambda g: g + 1)
    y.clone().backward(dc.ones(3, dtype=dc.float64), retain_graph=True)
    assert seen == [[1.0, 1.0, 1.0]]
    assert x.grad.tolist() == [4.0, 4.0, 4.0]
    handle.remove()
    leaf_handle.remove()
    x.grad = None
    y.clone().backward(dc.ones(3, dtype=dc.float64))
    assert x.grad.tolist() == [1.0, 1.0, 1.0]


def test_a_hook_must_keep_the_shape() -> None:
    y = leaf(3).clone()
    y.register_hook(lambda g: dc.ones(2, dtype=dc.float64))
    with pytest.raises(ValueError, match=r"a hook must return a gradient of shape \(3,\)"):
        y.backward(dc.ones(3, dtype=dc.float64))


def test_what_a_hook_keeps_is_not_written_later() -> None:
    x = leaf(3)
    kept = []
    y = x.clone()
    y.register_hook(kept.append)
    (y.reshape(3) + y).backward(dc.ones(3, dtype=dc.float64))
    x.grad.zero_()
    assert kept[0].tolist() == [2.0, 2.0, 2.0]


def test_retain_grad_keeps_the_gradient_of_what_an_op_made() -> None:
    x = leaf(3)
    y = x.clone()
    y.retain_grad()
    y.clone().backward(dc.ones(3, dtype=dc.float64))
    assert y.grad.tolist() == [1.0, 1.0, 1.0]
    assert y.grad.data_ptr() != x.grad.data_ptr()


def test_grad_of_chosen_tensors_leaves_grad_alone() -> None:
    a, b = leaf(2, 2), leaf(2, 2, seed=1)
    middle = a @ b
    root = middle @ b
    one = dc.ones(2, 2, dtype=dc.float64)
    of_middle, of_b = dc.autograd.grad(root, [middle, b], one)
    np.testing.assert_allclose(of_middle.numpy(), one.numpy() @ b.detach().numpy().T)
    assert a.grad is None
    assert b.grad is None
    value_a, value_b = a.detach().numpy(), b.detach().numpy()
    through = value_a.T @ (one.numpy() @ value_b.T)
    direct = (value_a @ value_b).T @ one.numpy()
    np.testing.assert_allclose(of_b.numpy(), through + direct)


def test_grad_of_an_unused_input() -> None:
    x, y = leaf(1), leaf(1)
    with pytest.raises(RuntimeError, match=r"was not used .*allow_unused=True"):
        dc.autograd.grad(x.clone(), y)
    used, unused = dc.autograd.grad(x.clone(), [x, y], allow_unused=True)
    assert used.item() == 1
    assert unused is None


def test_grad_mode_is_per_thread_and_nests() -> None:
    import threading

    seen = []
    with dc.no_grad():
        thread = threading.Thread(target=lambda: seen.append(dc.is_grad_enabled()))
        thread.start()
        thread.join()
        with dc.enable_grad():
            assert dc.is_grad_enabled()
        assert not dc.is_grad_enabled()
    assert seen == [True]
    assert dc.is_grad_enabled()


def test_grad_modes_decorate() -> None:
    x = leaf(1)

    @dc.no_grad()
    def quiet() -> dc.Tensor:
        return x.clone()

    @dc.inference_mode()
    def inferred() -> dc.Tensor:
        return x.clone()

    assert not quiet().requires_grad
    assert not inferred().requires_grad
    with dc.set_grad_enabled(False):
        assert not x.clone().requires_grad
    dc.set_grad_enabled(False)
    try:
        assert not x.clone().requires_grad
    finally:
        dc.set_grad_enabled(True)


def test_only_leaves_of_real_numbers_take_gradients() -> None:
    with pytest.raises(
        TypeError, match=r"only float32 and float64 tensors have gradients, got int"
    ):
        dc.arange(3).requires_grad_()
    with pytest.raises(RuntimeError, match=r"only a leaf can stop requiring a gradient"):
        leaf(1).clone().requires_grad_(False)
    x = leaf(2)
    with pytest.raises(ValueError, match=r"must have the tensor's shape \(2,\)"):
        x.grad = dc.ones(3, dtype=dc.float64)
