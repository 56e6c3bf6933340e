"""Random tensors and dropout: the generator's words, distributions, repeatability, errors."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable

import numpy as np
import pytest

import deepcore as dc
from deepcore import _core

# Counter, key and words, from the known-answer tests of Random123 (philox4x32, 10 rounds).
PI = (0x85A308D3243F6A88, 0x0370734413198A2E, 0x299F31D0A4093822)
KNOWN = [
    ((0, 0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((2**64 - 1,) * 3, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (PI, (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1)),
]

DRAWS: dict[str, Callable[[int], dc.Tensor]] = {
    "rand": dc.rand,
    "randn": dc.randn,
    "rand64": lambda n: dc.rand(n, dtype=dc.float64),
    "randn64": lambda n: dc.randn(n, dtype=dc.float64),
    "randint": lambda n: dc.randint(-5, 10, (n,)),
    "randperm": dc.randperm,
    "bernoulli": lambda n: dc.bernoulli(dc.full((n,), 0.3)),
    "multinomial": lambda n: dc.multinomial(dc.arange(1.0, 8.0), max(n, 1), True)[:n],
    "dropout": lambda n: _core.dropout(dc.ones(n), 0.4),
    "dropout64": lambda n: _core.dropout(dc.ones(n, dtype=dc.float64), 0.4),
}
every = pytest.mark.parametrize("draw", DRAWS.values(), ids=DRAWS.keys())


@pytest.mark.parametrize(("at", "words"), KNOWN)
def test_known_answers(at: tuple[int, int, int], words: tuple[int, ...]) -> None:
    block, stream, seed = at
    assert _core.philox(seed, stream, block) == words


def test_rand_is_made_of_the_generators_words() -> None:
    dc.manual_seed(7)
    x = dc.rand(200).numpy()
    for i in (0, 15, 16, 63, 64, 199):
        group, place = divmod(i, 64)
        row, lane = divmod(place, 16)
        word = _core.philox(7, 0, group * 16 + lane)[row]
        assert x[i] == (word >> 8) / 2**24


@every
def test_a_seed_repeats(draw: Callable[[int], dc.Tensor]) -> None:
    dc.manual_seed(1)
    first, second = draw(100).numpy(), draw(100).numpy()
    dc.manual_seed(1)
    np.testing.assert_array_equal(draw(100).numpy(), first)
    np.testing.assert_array_equal(draw(100).numpy(), second)
    assert (first != second).any()
    dc.manual_seed(2)
    assert (draw(100).numpy() != first).any()


@every
@pytest.mark.parametrize("n", [0, 1, 15, 16, 17, 63, 64, 65, 1000])
def test_an_elements_number_depends_on_its_index(draw: Callable[[int], dc.Tensor], n: int) -> None:
    dc.manual_seed(1)
    few = draw(n).numpy()
    dc.manual_seed(1)
    many = draw(5000).numpy()
    assert few.shape == (n,)
    if draw is not dc.randperm:  # a permutation of fewer is another one
        np.testing.assert_array_equal(few, many[:n])


@every
def test_threads_have_the_same_bits(draw: Callable[[int], dc.Tensor]) -> None:
    results = []
    for n in (1, 2, 3, 7):
        with dc.threads(n):
            dc.manual_seed(1)
            results.append(draw(300_001).numpy())
    for result in results[1:]:
        np.testing.assert_array_equal(result, results[0])


@every
def test_state_goes_on(draw: Callable[[int], dc.Tensor]) -> None:
    dc.manual_seed(5)
    draw(10)
    state = dc.get_rng_state()
    expected = draw(70).numpy()
    dc.set_rng_state(list(state))
    np.testing.assert_array_equal(draw(70).numpy(), expected)
    assert dc.initial_seed() == 5


SCRIPT = """
import hashlib, sys
import deepcore as dc, test_random as t
for draw in t.DRAWS.values():
    dc.manual_seed(3)
    sys.stdout.write(hashlib.sha256(draw(10_000).numpy().tobytes()).hexdigest())
"""


def test_levels_have_the_same_bits() -> None:
    config = _core.config()
    both = set(config["supported_levels"]) & set(config["installed_levels"])
    levels = sorted(both - {"x86-64"})
    if len(levels) < 2:
        pytest.skip("this processor runs one level with fused multiply-add, two are compared")
    digests = set()
    for level in levels:
        path = os.pathsep.join([os.path.dirname(__file__), *sys.path])
        environment = {**os.environ, "DEEPCORE_ISA": level, "PYTHONPATH": path}
        command = [sys.executable, "-c", SCRIPT]
        done = subprocess.run(command, env=environment, capture_output=True, check=True)
        digests.add(done.stdout)
    assert len(digests) == 1


def moments(x: np.ndarray) -> list[float]:
    z = x.astype(np.float64)
    return [z.mean(), z.var(), ((z - z.mean()) ** 4).mean()]


@pytest.mark.parametrize("dtype", [dc.float32, dc.float64])
def test_uniform_numbers(dtype: dc.dtype) -> None:
    dc.manual_seed(0)
    x = dc.rand(200_000, dtype=dtype).numpy()
    assert x.min() >= 0
    assert x.max() < 1
    assert moments(x) == pytest.approx([1 / 2, 1 / 12, 1 / 80], rel=0.01)
    counts = np.histogram(x, 64, (0, 1))[0]
    assert ((counts - 3125) ** 2 / 3125).sum() < 110  # chi-squared, 63 degrees: p > 2e-4
    assert abs(np.corrcoef(x[:-1], x[1:])[0, 1]) < 0.01


@pytest.mark.parametrize("dtype", [dc.float32, dc.float64])
def test_normal_numbers(dtype: dc.dtype) -> None:
    dc.manual_seed(0)
    x = dc.randn(400_000, dtype=dtype).numpy()
    mean, variance, fourth = moments(x)
    assert abs(mean) < 0.01
    assert [variance, fourth] == pytest.approx([1, 3], rel=0.02)
    for limit, share in ((1, 0.31731), (2, 0.04550), (3, 0.00270)):
        assert (np.abs(x) > limit).mean() == pytest.approx(share, rel=0.1)
    pairs = x.reshape(-1, 2, 16)  # the two numbers of one radius and angle
    assert abs(np.corrcoef(pairs[:, 0].ravel(), pairs[:, 1].ravel())[0, 1]) < 0.01
    assert np.isfinite(x).all()


def test_whole_numbers() -> None:
    dc.manual_seed(0)
    x = dc.randint(-2, 5, (70_000,)).numpy()
    values, counts = np.unique(x, return_counts=True)
    assert values.tolist() == [-2, -1, 0, 1, 2, 3, 4]
    assert ((counts - 10_000) ** 2 / 10_000).sum() < 25  # chi-squared, 6 degrees: p > 3e-4
    assert dc.randint(3, (2, 2)).shape == (2, 2)
    assert dc.randint(3, (2,), dtype=dc.float32).dtype == dc.float32
    wide = dc.randint(-(2**63), 2**63 - 1, (1000,)).numpy().astype(float)
    assert abs(wide.mean()) < 2**63 * 0.1
    assert wide.std() == pytest.approx(2**64 / 12**0.5, rel=0.1)


def test_permutations() -> None:
    dc.manual_seed(0)
    assert sorted(dc.randperm(1000).tolist()) == list(range(1000))
    orders = [tuple(dc.randperm(3).tolist()) for _ in range(6000)]
    counts = np.unique(orders, axis=0, return_counts=True)[1]
    assert len(counts) == 6
    assert ((counts - 1000) ** 2 / 1000).sum() < 25  # chi-squared, 5 degrees: p > 1e-4


def test_bernoulli() -> None:
    dc.manual_seed(0)
    p = dc.tensor(np.repeat([0.0, 0.25, 1.0], 10_000).astype(np.float32))
    x = dc.bernoulli(p).numpy().reshape(3, -1)
    assert x.mean(1) == pytest.approx([0, 0.25, 1], abs=0.015)
    assert set(np.unique(x)) == {0, 1}
    y = dc.zeros(10_000)
    assert y.bernoulli_(0.9) is y
    assert y.numpy().mean() == pytest.approx(0.9, abs=0.01)


def test_in_place() -> None:
    dc.manual_seed(0)
    x = dc.zeros(10_000)
    version = x._version
    assert x.uniform_(2, 4) is x
    assert moments(x.numpy())[:2] == pytest.approx([3, 1 / 3], rel=0.02)
    assert x.uniform_(**{"from": -1.0}).numpy().min() < 0
    assert x.normal_(5, 0.5) is x
    assert moments(x.numpy())[:2] == pytest.approx([5, 0.25], rel=0.03)
    assert x._version == version + 3
    weight = dc.ones(3, requires_grad=True)
    with pytest.raises(RuntimeError, match=r"\[normal\] a tensor that records a gradient can"):
        weight.normal_()
    with dc.no_grad():
        weight.normal_()
    assert weight.tolist() != [1, 1, 1]


def test_bounds_are_kept() -> None:
    low, high = 1.0, 1.0 + 2**-23  # neighbours in float32
    assert set(dc.rand(1000).uniform_(low, high).tolist()) == {low}
    assert dc.rand(3).uniform_(2, 2).tolist() == [2, 2, 2]


def test_keras_names() -> None:
    x = dc.random.uniform((50, 40), -3.0, -1.0)
    assert x.shape == (50, 40)
    assert -3 <= x.numpy().min() < x.numpy().max() < -1
    wide = dc.random.normal((2000,), 1.0, 3.0, dtype=dc.float64, seed=4)
    assert wide.dtype == dc.float64
    assert moments(wide.numpy())[:2] == pytest.approx([1, 9], rel=0.2)
    again = dc.random.normal((2000,), 1.0, 3.0, dtype=dc.float64, seed=4)
    np.testing.assert_array_equal(again.numpy(), wide.numpy())


def test_generators_are_independent() -> None:
    dc.manual_seed(0)
    expected = dc.rand(5).tolist()
    dc.manual_seed(0)
    own = dc.Generator().manual_seed(9)
    first = dc.rand(5, generator=own).tolist()
    assert dc.rand(5).tolist() == expected
    assert first != expected
    assert own.initial_seed() == 9
    state = own.get_state()
    second = dc.randn(5, generator=own).tolist()
    own.set_state(state)
    assert dc.randn(5, generator=own).tolist() == second
    assert own.seed() != 9


def test_likes() -> None:
    x = dc.zeros(2, 3, dtype=dc.float64)
    for y in (dc.rand_like(x), dc.randn_like(x), dc.randint_like(x, 4)):
        assert (y.shape, y.dtype) == ((2, 3), dc.float64)
    assert dc.rand(2, 3, requires_grad=True).requires_grad


def test_two_threads_never_get_the_same_numbers() -> None:
    rows: list[list[float]] = []

    def draw() -> None:
        for _ in range(200):
            rows.append(dc.rand(4).tolist())

    threads = [threading.Thread(target=draw) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({tuple(row) for row in rows}) == 400


@pytest.mark.parametrize("dtype", [dc.float32, dc.float64])
def test_dropout(dtype: dc.dtype) -> None:
    dc.manual_seed(0)
    x = dc.ones(100, 1000, dtype=dtype, requires_grad=True)
    y = _core.dropout(x, 0.25)
    kept = y.detach().numpy() != 0
    assert kept.mean() == pytest.approx(0.75, abs=0.01)
    np.testing.assert_allclose(y.detach().numpy()[kept], 4 / 3, rtol=1e-6)
    gradient = dc.randn(100, 1000, dtype=dtype)
    y.backward(gradient)
    expected = gradient.numpy() * y.detach().numpy()
    np.testing.assert_array_equal(x.grad.numpy(), expected)
    y = _core.dropout(x, 0.25)
    y.backward(gradient)
    np.testing.assert_allclose(
        x.grad.numpy(), expected + gradient.numpy() * y.detach().numpy(), rtol=1e-6
    )


def test_dropout_at_its_ends() -> None:
    x = dc.tensor([1.0, float("nan"), 3.0])
    assert _core.dropout(x, 0.0) is x
    assert np.nan_to_num(_core.dropout(x, 1.0).numpy(), nan=9).tolist() == [0, 9, 0]


@pytest.mark.parametrize("p", [0.25, 1.0])
def test_a_replay_draws_the_next_mask(p: float) -> None:
    x = dc.ones(500, requires_grad=True)
    tape = _core.Tape()
    dc.manual_seed(0)
    tape.begin()
    y = _core.dropout(x, p)
    noise = dc.randn(500)
    y.backward(dc.ones(500))
    tape.end()
    tape.replay()
    replayed = [a.copy() for a in (y.detach().numpy(), x.grad.numpy(), noise.numpy())]
    dc.manual_seed(0)
    for _ in range(2):
        expected, numbers = _core.dropout(x, p), dc.randn(500)
    np.testing.assert_array_equal(replayed[0], expected.detach().numpy())
    np.testing.assert_array_equal(replayed[1], replayed[0])
    np.testing.assert_array_equal(replayed[2], numbers.numpy())


def test_errors() -> None:
    with pytest.raises(ValueError, match=r"\[dropout\] p must be in 0 to 1, got 1.5\."):
        _core.dropout(dc.ones(2), 1.5)
    with pytest.raises(TypeError, match=r"\[dropout\] input must be float32 or float64, got int64"):
        _core.dropout(dc.tensor([1]), 0.5)
    with pytest.raises(ValueError, match=r"\[randint\] low must be below high, got 3 and 3\."):
        dc.randint(3, 3, (1,))
    with pytest.raises(TypeError, match=r"\[randint\] size must be given"):
        dc.randint(3)
    with pytest.raises(TypeError, match=r"\[randint\] size must be given"):
        dc.randint(3, 5)
    with pytest.raises(ValueError, match=r"\[randperm\] n must not be negative, got -1\."):
        dc.randperm(-1)
    with pytest.raises(ValueError, match=r"\[normal\] std must be at least 0, got -1\."):
        dc.zeros(2).normal_(0, -1)
    with pytest.raises(ValueError, match=r"\[uniform\] bounds must be finite with low <= high"):
        dc.random.uniform((2,), 1.0, 0.0)
    with pytest.raises(TypeError, match=r"\[uniform\] input must be float32 or float64, got int64"):
        dc.rand(2, dtype=dc.int64)
    with pytest.raises(TypeError, match=r"\[uniform\] unknown option 'until'\."):
        dc.zeros(2).uniform_(until=3)
    with pytest.raises(ValueError, match=r"\[bernoulli\] p must be in 0 to 1, got 2\."):
        dc.bernoulli(dc.full((2,), 2.0))
    with pytest.raises(ValueError, match=r"p must be a number or have the tensor's shape \(2,\)"):
        dc.zeros(2).bernoulli_(dc.ones(3))
    with pytest.raises(TypeError, match=r"\[bernoulli\] p must have the tensor's dtype float32"):
        dc.zeros(2).bernoulli_(dc.ones(2, dtype=dc.float64))
    with pytest.raises(ValueError, match=r"\[manual_seed\] seed must be in -2\*\*63 to 2\*\*64"):
        dc.manual_seed(2**64)
    with pytest.raises(ValueError, match=r"\[set_rng_state\] new_state must be what get_rng_state"):
        dc.set_rng_state([1, 2])


def test_uniform_beyond_the_range_of_float32() -> None:
    with pytest.raises(ValueError, match=r"\[uniform\] bounds must be within the range of float32"):
        dc.random.uniform((2,), -3e38, 3e38)
