"""Samplers: every order they promise, and the same one for the same seed."""

from collections import Counter

import numpy as np
import pytest

import deepcore
from deepcore import Generator
from deepcore.data import (
    BatchSampler,
    RandomSampler,
    Sampler,
    SequentialSampler,
    SubsetRandomSampler,
    WeightedRandomSampler,
    random_split,
)

LETTERS = "abcdefghij"


def test_sequential():
    assert list(SequentialSampler(LETTERS)) == list(range(10))
    assert len(SequentialSampler(LETTERS)) == 10


def test_random_is_a_new_permutation_each_time():
    sampler = RandomSampler(range(100), seed=4)
    first, second = list(sampler), list(sampler)
    assert sorted(first) == sorted(second) == list(range(100))
    assert first != second
    again = RandomSampler(range(100), seed=4)
    assert [list(again), list(again)] == [first, second]
    assert all(type(index) is int for index in first)


def test_random_takes_a_generator():
    one, two = (
        list(RandomSampler(LETTERS, generator=Generator().manual_seed(1))) for _ in range(2)
    )
    assert one == two


def test_deepcores_own_generator_decides_without_one():
    def orders():
        deepcore.manual_seed(5)
        return [
            list(sampler)
            for sampler in (
                RandomSampler(LETTERS),
                SubsetRandomSampler(range(10)),
                WeightedRandomSampler([1] * 10, 10),
                RandomSampler(LETTERS, replacement=True),
                random_split(range(10), [10])[0].indices,
            )
        ]

    first = orders()
    assert first == orders()
    assert len({tuple(order) for order in first}) == 5


def test_random_with_replacement_and_counts():
    drawn = list(RandomSampler(range(5), replacement=True, num_samples=1000, seed=0))
    assert len(drawn) == 1000
    assert min(Counter(drawn).values()) > 150
    longer = RandomSampler(range(5), num_samples=12, seed=0)
    assert len(longer) == 12
    assert sorted(Counter(longer).values()) == [2, 2, 2, 3, 3]
    assert len(list(RandomSampler(range(5), num_samples=3, seed=0))) == 3
    assert list(RandomSampler([], seed=0)) == []
    with pytest.raises(ValueError, match="num_samples must be positive, got 0"):
        RandomSampler(LETTERS, num_samples=0)


def test_subset_random():
    sampler = SubsetRandomSampler([9, 2, 4], seed=0)
    assert sorted(sampler) == [2, 4, 9]
    assert len(sampler) == 3


def test_weighted():
    sampler = WeightedRandomSampler([1, 0, 3], 4000, seed=0)
    counts = Counter(sampler)
    assert counts[1] == 0
    assert abs(counts[2] / 4000 - 0.75) < 0.03
    once = WeightedRandomSampler([1, 0, 3], 2, replacement=False, seed=0)
    assert sorted(once) == [0, 2]
    assert len(once) == 2
    first = Counter(next(iter(once)) for _ in range(2000))
    assert abs(first[2] / 2000 - 0.75) < 0.04
    for weights in ([], [0.0], [-1, 2], [np.nan], [[1.0]]):
        with pytest.raises(ValueError, match="weights must be one axis of finite numbers"):
            WeightedRandomSampler(weights, 1)
    for count, replacement in ((0, True), (3, False)):
        with pytest.raises(ValueError, match=f"above zero, got {count}"):
            WeightedRandomSampler([1, 0, 3], count, replacement)


@pytest.mark.parametrize("sampler", [range(10), SequentialSampler(LETTERS), list(range(10))])
@pytest.mark.parametrize("drop_last", [False, True])
def test_batches(sampler, drop_last):
    batches = BatchSampler(sampler, 4, drop_last)
    expected = [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert list(batches) == expected[: 2 if drop_last else 3]
    assert len(batches) == (2 if drop_last else 3)
    assert [batch.tolist() for batch in batches.arrays()] == list(batches)


@pytest.mark.parametrize("size", [0, -1, 2.0, True, "2"])
def test_batch_sizes_that_do_not_work(size):
    with pytest.raises(ValueError, match="batch_size must be a positive whole number, got"):
        BatchSampler(range(3), size, False)


def test_what_a_subclass_must_define():
    class Nothing(Sampler):
        pass

    with pytest.raises(NotImplementedError, match=r"Nothing must define __iter__\(\)\.$"):
        iter(Nothing())


@pytest.mark.parametrize("replacement", [False, True])
def test_there_must_be_something_to_draw_from(replacement):
    with pytest.raises(ValueError, match="must have samples to draw 2 from, got none"):
        list(RandomSampler([], replacement, num_samples=2))
    assert list(RandomSampler([], replacement)) == []
