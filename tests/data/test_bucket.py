"""Batches of near lengths: every item once, repeatable, little padding; and how they are padded."""

from functools import partial

import numpy as np
import pytest

import deepcore as dc
from deepcore.data import (
    BatchSampler,
    BucketBatchSampler,
    DataLoader,
    TensorDataset,
    pad_collate,
    random_split,
)

LENGTHS = np.random.default_rng(0).integers(1, 100, 103)


def padding(batches, lengths=LENGTHS):
    """The share of padded batches that is padding."""
    padded = sum(len(batch) * max(lengths[i] for i in batch) for batch in batches)
    return 1 - lengths.sum() / padded


@pytest.mark.parametrize("lengths", [LENGTHS, LENGTHS.tolist(), dc.tensor(LENGTHS)])
@pytest.mark.parametrize("options", [{}, {"bucket_size": 20}, {"shuffle": False}])
def test_every_item_comes_once(lengths, options):
    sampler = BucketBatchSampler(lengths, 8, seed=1, **options)
    batches = list(sampler)
    assert len(batches) == len(sampler) == 13
    assert sorted(i for batch in batches for i in batch) == list(range(103))
    assert sorted(map(len, batches)) == [7] + [8] * 12
    assert all(type(i) is int for batch in batches for i in batch)


def test_lengths_in_a_batch_are_near():
    assert padding(BucketBatchSampler(LENGTHS, 8, seed=0)) < 0.08
    by_chance = padding(BucketBatchSampler(LENGTHS, 8, seed=0, bucket_size=8))
    between = padding(BucketBatchSampler(LENGTHS, 8, seed=0, bucket_size=25))
    assert by_chance > 0.3
    assert 0.08 < between < by_chance
    assert BucketBatchSampler(LENGTHS, 8, bucket_size=25).bucket_size == 32


def test_orders_are_new_each_pass_and_repeat_by_seed():
    sampler = BucketBatchSampler(LENGTHS, 8, seed=3)
    passes = [list(sampler) for _ in range(3)]
    again = BucketBatchSampler(LENGTHS, 8, generator=dc.Generator().manual_seed(3))
    assert [list(again) for _ in range(3)] == passes
    assert passes[0] != passes[1]
    firsts = [max(LENGTHS[i] for i in batch) for batch in passes[0]]
    assert firsts != sorted(firsts)

    def of_the_process():
        dc.manual_seed(7)
        return list(BucketBatchSampler(LENGTHS, 8))

    assert of_the_process() == of_the_process()


def test_a_pass_resumes_from_the_generators_state():
    generator = dc.Generator().manual_seed(5)
    sampler = BucketBatchSampler(LENGTHS, 8, generator=generator)
    list(sampler)
    state = generator.get_state()
    second = list(sampler)
    generator.set_state(state)
    assert list(sampler) == second


def test_equal_lengths_are_shuffled():
    first, second = (list(BucketBatchSampler([5] * 40, 8, seed=s)) for s in (0, 1))
    assert first != second
    assert set(first[0]) != set(range(8))


def test_items_without_steps_and_buckets_of_one():
    sampler = BucketBatchSampler([2, 0, 1], 2, shuffle=False)
    assert list(sampler) == [[1, 2], [0]]
    assert BucketBatchSampler([2, 0], 1, bucket_size=1).bucket_size == 1


def test_in_order():
    sampler = BucketBatchSampler([3, 1, 2, 1, 9], 2, shuffle=False)
    assert list(sampler) == list(sampler) == [[1, 3], [2, 0], [4]]
    assert list(BucketBatchSampler([3, 1, 2, 1, 9], 2, shuffle=False, drop_last=True)) == [
        [1, 3],
        [2, 0],
    ]


def test_what_is_dropped_is_not_always_the_longest():
    sampler = BucketBatchSampler(LENGTHS, 10, drop_last=True, seed=0)
    assert len(sampler) == 10
    dropped = []
    for _ in range(20):
        batches = list(sampler)
        assert [len(batch) for batch in batches] == [10] * 10
        left = set(range(103)) - {i for batch in batches for i in batch}
        assert len(left) == 3
        dropped += LENGTHS[list(left)].tolist()
    assert np.mean(dropped) < 65
    assert list(BucketBatchSampler([], 4)) == list(BucketBatchSampler([1], 4, drop_last=True)) == []


@pytest.mark.parametrize(
    ("options", "kind", "text"),
    [
        ({"lengths": 5}, ValueError, r"lengths must have one axis, got shape \(\)"),
        ({"lengths": [1.5]}, TypeError, "lengths must be whole numbers, got float64"),
        (
            {"lengths": [np.ones((3, 2)), np.ones((4, 2))]},
            ValueError,
            r"one axis, got sequences of different lengths; \[len\(x\) for x, \*_ in items\] ar",
        ),
        ({"lengths": [[1, 2], [3, 4]]}, ValueError, r"got shape \(2, 2\); \[len\(x\) for x"),
        ({"lengths": ["a", "bc"]}, TypeError, r"whole numbers, got str\d*; \[len\(x\) for x"),
        ({"lengths": [3, -1]}, ValueError, "lengths must not be negative, got -1"),
        ({"batch_size": 0}, ValueError, "batch_size must be a positive whole number, got 0"),
        ({"bucket_size": 0}, ValueError, "bucket_size must be positive, got 0"),
        ({"bucket_size": 2.0}, TypeError, "bucket_size must be a whole number, got 2.0"),
        ({"shuffle": 1}, TypeError, "shuffle must be True or False, got 1"),
        ({"drop_last": None}, TypeError, "drop_last must be True or False, got None"),
        ({"seed": 1, "generator": dc.Generator()}, ValueError, "expected generator or seed, got b"),
    ],
)
def test_sampler_errors(options, kind, text):
    with pytest.raises(kind, match=rf"^\[BucketBatchSampler\] .*{text}"):
        BucketBatchSampler(**({"lengths": [1, 2], "batch_size": 2} | options))


ITEMS = [(np.arange(n * 3, dtype=np.float32).reshape(n, 3) + 1, n) for n in (4, 1, 6, 0)]


@pytest.mark.parametrize("batch_first", [False, True])
@pytest.mark.parametrize("kind", [np.asarray, dc.tensor])
def test_sequences_are_padded(batch_first, kind):
    batch = [(kind(x), n) for x, n in ITEMS]
    padded, lengths, targets = pad_collate(batch, batch_first=batch_first, padding_value=-7)
    expected = np.full((4, 6, 3), -7, np.float32)
    for row, (x, n) in zip(expected, ITEMS, strict=True):
        row[:n] = x
    np.testing.assert_array_equal(
        padded.numpy(), expected if batch_first else expected.swapaxes(0, 1)
    )
    assert (padded.dtype, lengths.dtype, targets.dtype) == (dc.float32, dc.int64, dc.int64)
    assert lengths.tolist() == targets.tolist() == [4, 1, 6, 0]


def test_what_follows_the_sequence_and_what_does_not():
    batch = [(np.arange(2), 0.5, "a"), (np.arange(3), 1.5, "b")]
    padded, lengths, numbers, names = pad_collate(batch)
    assert padded.tolist() == [[0, 0], [1, 1], [0, 2]]
    assert (lengths.tolist(), numbers.tolist(), names) == ([2, 3], [0.5, 1.5], ["a", "b"])
    padded, lengths = pad_collate([np.arange(2), np.arange(3)], batch_first=True)
    assert padded.tolist() == [[0, 1, 0], [0, 1, 2]]
    assert [len(pad_collate([(np.arange(2),)])), lengths.tolist()] == [2, [2, 3]]


def test_gradients_pass_through():
    w = dc.tensor([1.0, 2.0], requires_grad=True)
    pad_collate([(w * 2, 0), (w[:1] * 3, 1)])[0].sum().backward()
    assert w.grad.tolist() == [5, 2]


def test_a_sampler_of_lists_is_a_batch_sampler():
    for sampler in (BucketBatchSampler([4, 1], 2), BatchSampler(range(2), 2, False)):
        kind = type(sampler).__name__
        with pytest.raises(
            ValueError,
            match=rf"^\[DataLoader\] sampler must give indices, got a {kind}, which gives lists of "
            r"them; pass it as batch_sampler=, without batch_size\.$",
        ):
            DataLoader(ITEMS, sampler=sampler)
    samples = list(DataLoader(TensorDataset(np.arange(2)), None, sampler=sampler))
    assert [sample[0].tolist() for sample in samples] == [[0, 1]]


@pytest.mark.parametrize("num_workers", [0, 2])
def test_with_a_loader(num_workers):
    items = [(np.full((n, 2), n, np.float32), n) for n in LENGTHS.tolist()]
    loader = DataLoader(
        items,
        batch_sampler=BucketBatchSampler(LENGTHS, 8, seed=0),
        collate_fn=partial(pad_collate, batch_first=True),
        num_workers=num_workers,
    )
    seen = []
    for x, lengths, y in loader:
        assert x.shape == (len(y), lengths.max().item(), 2)
        np.testing.assert_array_equal(x.numpy().sum(axis=(1, 2)), 2 * y.numpy() ** 2)
        seen += lengths.tolist()
    assert sorted(seen) == sorted(LENGTHS)
    assert len(loader) == 13


@pytest.mark.parametrize(
    ("dataset", "got"), [(ITEMS, "2"), (TensorDataset(np.arange(4)), "0 to 3")]
)
def test_lengths_of_the_whole_for_a_part(dataset, got):
    part, _ = random_split(dataset, [2, 2])
    sampler = BucketBatchSampler([1, 2, 3, 4], 4, shuffle=False)
    with pytest.raises(
        IndexError, match=rf"^\[Subset\] index must be in \[-2, 2\), got {got}; a sampler or its l"
    ):
        list(DataLoader(part, batch_sampler=sampler))


@pytest.mark.parametrize(
    ("batch", "kind", "text"),
    [
        (
            [(np.ones(3), np.ones(3)), (np.ones(2), np.ones(2))],
            ValueError,
            r"\(3,\) first and \(2,\) at position 1; .* first part of samples, for others write",
        ),
        ([], ValueError, r"^\[pad_collate\] batch must have samples, got none\.$"),
        ([(1.0, 2)], ValueError, r"^\[pad_collate\] a sequence must have an axis of time, got"),
        (
            [("abc", 2)],
            TypeError,
            r"^\[pad_collate\] expected Tensors or arrays of numbers, got st",
        ),
        ([(np.ones((2, 3)), 0), (np.ones((2, 4)), 1)], ValueError, r"\[pad"),
        (
            [([[1], [1, 2]], 0)],
            ValueError,
            r"^\[pad_collate\] expected .* of numbers, got sequences of different lengths; nn\.ut",
        ),
        ([(np.ones(2), 0), (np.ones(2), 0, 1)], ValueError, "equal lengths, got 1 first and 2"),
    ],
)
def test_collate_errors(batch, kind, text):
    with pytest.raises(kind, match=text):
        pad_collate(batch)
