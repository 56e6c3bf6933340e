"""Random tensors, and the generator that they are drawn from."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any, SupportsIndex

from . import _core
from ._core import Generator, Tensor
from ._creation import _finish, _shape, _Size, _Where, empty, tensor
from ._dtype import float32, int64

State = Sequence[int]


def manual_seed(seed: int) -> Generator:
    """Starts the process's generator at `seed`, so that what follows can be repeated.

    Raises:
        ValueError: seed is not in −2⁶³ to 2⁶⁴ − 1.
        TypeError: seed is not a whole number.

    Example:
        >>> import deepcore as dc
        >>> _ = dc.manual_seed(3)
        >>> first = dc.rand(2).tolist()
        >>> _ = dc.manual_seed(3)
        >>> dc.rand(2).tolist() == first
        True
    """
    return _manual_seed(_core.default_generator, seed)


def seed() -> int:
    """Starts the process's generator at a seed that the system draws; returns it.

    Example:
        >>> import deepcore as dc
        >>> dc.seed() == dc.initial_seed()
        True
    """
    return _seed(_core.default_generator)


def initial_seed() -> int:
    """The seed that the process's generator started at.

    Example:
        >>> import deepcore as dc
        >>> _ = dc.manual_seed(3)
        >>> dc.initial_seed()
        3
    """
    return _initial_seed(_core.default_generator)


def get_rng_state() -> tuple[int, int, int]:
    """The state of the process's generator: seed, stream, and how much has been drawn.

    Example:
        >>> import deepcore as dc
        >>> state = dc.get_rng_state()
        >>> first = dc.rand(2).tolist()
        >>> dc.set_rng_state(state)
        >>> dc.rand(2).tolist() == first
        True
    """
    return _core.default_generator._state()


def set_rng_state(new_state: State) -> None:
    """Goes on from what `get_rng_state()` gave.

    Raises:
        ValueError: new_state is not what `get_rng_state()` gives.

    Example:
        >>> import deepcore as dc
        >>> state = dc.get_rng_state()
        >>> first = dc.rand(2).tolist()
        >>> dc.set_rng_state(state)
        >>> dc.rand(2).tolist() == first
        True
    """
    _set_state(_core.default_generator, new_state)


def _manual_seed(self: Generator, seed: int) -> Generator:
    """Starts at `seed`; returns the generator."""
    if not hasattr(seed, "__index__"):
        raise TypeError(f"[manual_seed] seed must be a whole number, got {seed!r}.")
    number = operator.index(seed)
    if not -(2**63) <= number < 2**64:
        raise ValueError(f"[manual_seed] seed must be in -2**63 to 2**64 - 1, got {number}.")
    self._set_state((number % 2**64, 0, 0))
    return self


def _seed(self: Generator) -> int:
    """Starts at a seed that the system draws; returns it."""
    drawn = _core.random_seed()
    _manual_seed(self, drawn)
    return drawn


def _initial_seed(self: Generator) -> int:
    """The seed that it started at."""
    return self._state()[0]


def _get_state(self: Generator) -> tuple[int, int, int]:
    """Seed, stream, and how much has been drawn."""
    return self._state()


def _set_state(self: Generator, new_state: State) -> None:
    """Goes on from what `get_state()` gave."""
    numbers = tuple(int(n) for n in new_state)
    if len(numbers) != 3 or not all(0 <= n < 2**64 for n in numbers):
        raise ValueError(
            f"[set_rng_state] new_state must be what get_rng_state() gave, got {new_state!r}."
        )
    self._set_state(numbers)


def _uniform_(
    self: Tensor,
    from_: float = 0.0,
    to: float = 1.0,
    *,
    generator: Generator | None = None,
    **from_by_name: float,
) -> Tensor:
    """Fills the tensor evenly from [from, to); returns it.

    Raises:
        TypeError: the tensor is not float32 or float64.

    Example:
        >>> import deepcore as dc
        >>> x = dc.empty(9).uniform_(-1, 1)
        >>> bool(-1 <= x.min()), bool(x.max() < 1)
        (True, True)
    """
    low = from_by_name.pop("from", from_)  # a keyword of Python's, but PyTorch's name
    if from_by_name:
        raise TypeError(f"[uniform] unknown option {next(iter(from_by_name))!r}.")
    _core.uniform_(self, low, to, generator)
    return self


def _normal_(
    self: Tensor, mean: float = 0.0, std: float = 1.0, *, generator: Generator | None = None
) -> Tensor:
    """Fills the tensor from the normal distribution N(mean, std²); returns it.

    Raises:
        TypeError: the tensor is not float32 or float64.

    Example:
        >>> import deepcore as dc
        >>> dc.empty(2, 3).normal_(0, 0.1).shape
        (2, 3)
    """
    _core.normal_(self, mean, std, generator)
    return self


def _bernoulli_(
    self: Tensor, p: Tensor | float = 0.5, *, generator: Generator | None = None
) -> Tensor:
    """Sets each element to 1 with probability p, else to 0; returns the tensor.

    Raises:
        ValueError: p is not in 0 to 1.

    Example:
        >>> import deepcore as dc
        >>> dc.empty(3).bernoulli_(1)
        tensor([1., 1., 1.])
    """
    _core.bernoulli_(self, p if isinstance(p, Tensor) else tensor(p, self.dtype), generator)
    return self


def rand(
    *size: _Size,
    generator: Generator | None = None,
    dtype: Any = None,
    device: _Where = None,
    requires_grad: bool = False,
) -> Tensor:
    """Numbers drawn evenly from [0, 1): `rand(2, 3)` or `rand((2, 3))`.

    An element is a multiple of 2⁻²⁴ (float32) or 2⁻⁵³ (float64). It depends on the generator's
    state and on the element's index alone.

    Raises:
        TypeError: dtype is not float32 or float64.

    Example:
        >>> import deepcore as dc
        >>> x = dc.rand(2, 3)
        >>> x.shape, bool(x.min() >= 0), bool(x.max() < 1)
        ((2, 3), True, True)
    """
    x = _uniform_(empty(_shape(size), dtype=dtype or float32), generator=generator)
    return _finish(x, device, requires_grad)


def randn(
    *size: _Size,
    generator: Generator | None = None,
    dtype: Any = None,
    device: _Where = None,
    requires_grad: bool = False,
) -> Tensor:
    """Numbers drawn from the normal distribution N(0, 1): `randn(2, 3)` or `randn((2, 3))`.

    Raises:
        TypeError: dtype is not float32 or float64.

    Reference:
        Box and Muller, "A Note on the Generation of Random Normal Deviates" (1958).

    Example:
        >>> import deepcore as dc
        >>> dc.randn(2, 3).shape
        (2, 3)
    """
    x = _normal_(empty(_shape(size), dtype=dtype or float32), generator=generator)
    return _finish(x, device, requires_grad)


def randint(
    low: int,
    high: int | _Size | None = None,
    size: _Size | None = None,
    *,
    generator: Generator | None = None,
    dtype: Any = None,
    device: _Where = None,
    requires_grad: bool = False,
) -> Tensor:
    """Whole numbers drawn evenly from low ≤ x < high; `randint(high, size)` starts at 0.

    Raises:
        ValueError: low is not below high.

    Example:
        >>> import deepcore as dc
        >>> dc.randint(5, 6, (3,))
        tensor([5, 5, 5])
    """
    if high is None:
        low, high = 0, low
    elif size is None and not isinstance(high, SupportsIndex):
        low, high, size = 0, low, high
    if size is None or not isinstance(high, SupportsIndex):
        raise TypeError("[randint] size must be given, as in randint(0, 10, (2, 3)).")
    x = _core.randint(low, operator.index(high), _shape((size,)), generator)
    return _finish(x if dtype in (None, int64) else tensor(x.numpy(), dtype), device, requires_grad)


def randperm(
    n: int,
    *,
    generator: Generator | None = None,
    dtype: Any = None,
    device: _Where = None,
) -> Tensor:
    """The numbers 0 … n − 1 in random order.

    Raises:
        ValueError: n is negative.

    Example:
        >>> import deepcore as dc
        >>> sorted(dc.randperm(4).tolist())
        [0, 1, 2, 3]
    """
    x = _core.randperm(n, generator)
    return _finish(x if dtype in (None, int64) else tensor(x.numpy(), dtype), device, False)


def rand_like(x: Tensor, *, dtype: Any = None, **options: Any) -> Tensor:
    """`rand` of x's shape, and dtype unless given.

    Example:
        >>> import deepcore as dc
        >>> dc.rand_like(dc.zeros(2, 3)).shape
        (2, 3)
    """
    return rand(x.shape, dtype=dtype or x.dtype, **options)


def randn_like(x: Tensor, *, dtype: Any = None, **options: Any) -> Tensor:
    """`randn` of x's shape, and dtype unless given.

    Example:
        >>> import deepcore as dc
        >>> dc.randn_like(dc.zeros(2, 3)).shape
        (2, 3)
    """
    return randn(x.shape, dtype=dtype or x.dtype, **options)


def randint_like(
    x: Tensor, low: int, high: int | None = None, *, dtype: Any = None, **options: Any
) -> Tensor:
    """`randint` of x's shape, and dtype unless given.

    Example:
        >>> import deepcore as dc
        >>> dc.randint_like(dc.zeros(2), 5, 6)
        tensor([5., 5.])
    """
    if high is None:
        low, high = 0, low
    return randint(low, high, x.shape, dtype=dtype or x.dtype, **options)


def bernoulli(input: Tensor, *, generator: Generator | None = None) -> Tensor:
    """A tensor of 1 with the probability that `input` holds there, else 0.

    Raises:
        ValueError: an element of input is not in 0 to 1.

    Example:
        >>> import deepcore as dc
        >>> dc.bernoulli(dc.tensor([0.0, 1.0]))
        tensor([0., 1.])
    """
    return _bernoulli_(empty(input.shape, dtype=input.dtype), input.detach(), generator=generator)


for _method in (_manual_seed, _seed, _initial_seed, _get_state, _set_state):
    setattr(Generator, _method.__name__.removeprefix("_"), _method)
Generator.__doc__ = """A stream of random numbers: Philox4x32-10, started at a seed.

What is drawn depends on the seed and on what was drawn before, not on the number of threads. A new
Generator starts at seed 0.

Reference:
    Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3" (2011).

Example:
    >>> import deepcore as dc
    >>> generator = dc.Generator().manual_seed(3)
    >>> state = generator.get_state()
    >>> first = dc.rand(2, generator=generator).tolist()
    >>> generator.set_state(state)
    >>> dc.rand(2, generator=generator).tolist() == first
    True
"""
for _fill in (_uniform_, _normal_, _bernoulli_):
    setattr(Tensor, _fill.__name__.removeprefix("_"), _fill)
Generator.__module__ = "deepcore"
default_generator = _core.default_generator
