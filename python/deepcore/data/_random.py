"""Where samplers and splits take their randomness from."""

from __future__ import annotations

import numpy as np

_SEEDS = 2**62


def random_source(
    generator: np.random.Generator | None, seed: int | None, op: str
) -> np.random.Generator | None:
    """The caller's own source of randomness; None stands for deepcore's, see `drawing`."""
    if generator is not None and seed is not None:
        raise ValueError(f"[{op}] expected generator or seed, got both; each sets the order.")
    if generator is not None and not isinstance(generator, np.random.Generator):
        raise TypeError(
            f"[{op}] generator must be a numpy.random.Generator, got "
            f"{type(generator).__name__}; seed=0 or numpy.random.default_rng(0) repeats a run."
        )
    if seed is not None and seed < 0:
        raise ValueError(f"[{op}] seed must be 0 or more, got {seed}.")
    return generator if seed is None else np.random.Generator(np.random.Philox(seed))


def drawing(source: np.random.Generator | None) -> np.random.Generator:
    """The source itself, or a new one seeded from deepcore's state, which `manual_seed` sets."""
    if source is not None:
        return source
    from .. import randint

    return np.random.Generator(np.random.Philox(int(randint(0, _SEEDS, (1,)).item())))
