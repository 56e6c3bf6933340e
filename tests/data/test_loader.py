"""DataLoader: what comes out, in which order, and what is refused."""

import numpy as np
import pytest

import deepcore
from deepcore.data import (
    ConcatDataset,
    DataLoader,
    Dataset,
    IterableDataset,
    Subset,
    TensorDataset,
    random_split,
)

WORKERS = pytest.mark.parametrize("workers", [0, 1, 3])


class Squares:
    """A data set of samples, and a record of who asked for them."""

    def __init__(self, size):
        self.size = size

    def __getitem__(self, index):
        return np.float32(index), index**2

    def __len__(self):
        return self.size


class Countdown(IterableDataset):
    def __init__(self, start):
        self.start = start

    def __iter__(self):
        return iter(range(self.start, 0, -1))


def pairs(count):
    return TensorDataset(np.arange(2 * count, dtype=np.float32).reshape(-1, 2), np.arange(count))


def values(loader):
    return [[part.numpy().tolist() for part in batch] for batch in loader]


@WORKERS
@pytest.mark.parametrize("dataset", [pairs(7), Squares(7), Subset(pairs(9), range(7))])
def test_batches_in_order(dataset, workers):
    loader = DataLoader(dataset, batch_size=3, num_workers=workers)
    labels = [y.numpy().tolist() for _, y in loader]
    power = 2 if isinstance(dataset, Squares) else 1
    assert labels == [[i**power for i in part] for part in ([0, 1, 2], [3, 4, 5], [6])]
    assert len(loader) == 3
    assert values(loader) == values(loader)


@WORKERS
def test_taking_whole_batches_equals_collating_samples(workers):
    data = pairs(23)
    options = {"batch_size": 5, "shuffle": True, "num_workers": workers}
    for dataset in (data, Subset(data, list(range(22, 3, -1)))):
        whole = DataLoader(dataset, seed=2, **options)
        single = DataLoader(ConcatDataset([dataset]), seed=2, **options)
        for _ in range(2):
            assert values(whole) == values(single)


def test_a_subclass_that_changes_samples_is_heard():
    class Doubled(TensorDataset):
        def __getitem__(self, index):
            (value,) = super().__getitem__(index)
            return (2 * value.item(),)

    (batch,) = DataLoader(Doubled(np.arange(3.0)), batch_size=3)
    assert batch[0].numpy().tolist() == [0, 2, 4]
    (batch,) = DataLoader(Subset(Doubled(np.arange(3.0)), [2, 1]), batch_size=3)
    assert batch[0].numpy().tolist() == [4, 2]


@WORKERS
def test_shuffle_repeats_for_a_seed_and_moves_on_each_pass(workers):
    def orders(seed):
        loader = DataLoader(range(50), 7, shuffle=True, seed=seed, num_workers=workers)
        return [[i for batch in loader for i in batch.numpy().tolist()] for _ in range(3)]

    first = orders(1)
    assert first == orders(1) != orders(2)
    assert all(sorted(order) == list(range(50)) for order in first)
    assert first[0] != first[1] != first[2] != list(range(50))


def test_manual_seed_repeats_a_shuffle():
    def orders():
        deepcore.manual_seed(7)
        loader = DataLoader(pairs(50), 50, shuffle=True)
        return [values(loader), values(loader)]

    first, second = orders()
    assert [first, second] == orders()
    assert first != second


def test_threads_change_no_order():
    def labels(workers):
        loader = DataLoader(pairs(50), 7, shuffle=True, seed=1, num_workers=workers)
        return values(loader)

    assert labels(0) == labels(1) == labels(4)


@WORKERS
def test_drop_last(workers):
    loader = DataLoader(pairs(7), 3, drop_last=True, num_workers=workers)
    assert len(loader) == len(list(loader)) == 2
    assert len(list(DataLoader(Countdown(7), 3, drop_last=True, num_workers=workers))) == 2


@WORKERS
def test_collate_fn(workers):
    loader = DataLoader(Squares(5), 2, collate_fn=list, num_workers=workers)
    assert list(loader)[-1] == [(np.float32(4), 16)]
    loader = DataLoader(pairs(3), 2, collate_fn=len, num_workers=workers)
    assert list(loader) == [2, 1]


@WORKERS
def test_samplers(workers):
    options = {"num_workers": workers}
    loader = DataLoader(pairs(9), 2, sampler=[8, 1, 5], **options)
    assert [y.numpy().tolist() for _, y in loader] == [[8, 1], [5]]
    assert len(loader) == 2
    loader = DataLoader(pairs(9), batch_sampler=[[0], [3, 2]], **options)
    assert [y.numpy().tolist() for _, y in loader] == [[0], [3, 2]]
    assert len(loader) == 2
    assert loader.batch_size is None


@WORKERS
def test_without_batches(workers):
    loader = DataLoader(Squares(3), batch_size=None, num_workers=workers)
    assert [(x.item(), y) for x, y in loader] == [(0, 0), (1, 1), (2, 4)]
    assert len(loader) == 3
    assert list(DataLoader(Countdown(2), batch_size=None, num_workers=workers)) == [2, 1]


@WORKERS
def test_iterables(workers):
    loader = DataLoader(Countdown(5), 2, num_workers=workers)
    assert [batch.numpy().tolist() for batch in loader] == [[5, 4], [3, 2], [1]]
    assert [batch.numpy().tolist() for batch in loader] == [[5, 4], [3, 2], [1]]
    with pytest.raises(TypeError, match="has no len"):
        len(loader)
    generated = DataLoader((i for i in range(3)), 2, num_workers=workers)
    assert [batch.numpy().tolist() for batch in generated] == [[0, 1], [2]]


@WORKERS
def test_empty_data(workers):
    assert list(DataLoader([], 2, num_workers=workers)) == []
    assert list(DataLoader(Countdown(0), 2, num_workers=workers)) == []
    assert len(DataLoader([], 2)) == 0


def test_split_parts_are_taken_whole(monkeypatch):
    train, _ = random_split(pairs(10), [8, 2], seed=0)
    monkeypatch.setattr(TensorDataset, "take", lambda self, indices: sorted(indices.tolist()))
    taken = [index for batch in DataLoader(train, 4, shuffle=True, seed=0) for index in batch]
    assert sorted(taken) == sorted(train.indices)


def test_hints_of_pytorch_mean_nothing():
    loader = DataLoader(
        pairs(2), 2, pin_memory=True, persistent_workers=True, pin_memory_device="",
        multiprocessing_context="spawn", in_order=True, timeout=0,
    )  # fmt: skip
    assert len(list(loader)) == 1


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"batch_size": 0}, "batch_size must be a positive whole number, got 0"),
        ({"num_workers": -1}, "num_workers must be 0 or more, got -1"),
        ({"prefetch_factor": 2}, "needs num_workers > 0, got prefetch_factor=2 and num_workers=0"),
        ({"prefetch_factor": 0, "num_workers": 1}, "prefetch_factor must be positive"),
        ({"sampler": [1], "shuffle": True}, "expected sampler or shuffle=True, got both"),
        ({"batch_sampler": [[1]], "batch_size": 2}, "batch_sampler stands instead of batch_size"),
        ({"batch_sampler": [[1]], "shuffle": True}, "batch_sampler stands instead of batch_size"),
        ({"batch_sampler": [[1]], "drop_last": True}, "batch_sampler stands instead of batch_si"),
        ({"batch_size": None, "drop_last": True}, "drop_last needs batches, got batch_size=None"),
    ],
)
def test_options_that_contradict(options, text):
    with pytest.raises(ValueError, match=rf"^\[DataLoader\] .*{text}"):
        DataLoader(pairs(3), **options)


def test_iterables_take_no_order():
    for options in ({"shuffle": True}, {"sampler": [0]}, {"batch_sampler": [[0]]}):
        with pytest.raises(ValueError, match="an iterable data set comes in its own order"):
            DataLoader(Countdown(3), **options)


def test_kinds_that_do_not_work():
    with pytest.raises(TypeError, match=r"got shufle=True; did you mean shuffle\?$"):
        DataLoader(pairs(3), shufle=True)
    with pytest.raises(TypeError, match=r"expected a known option, got xyz=1\.$"):
        DataLoader(pairs(3), xyz=1)
    with pytest.raises(TypeError, match=r"got int; TensorDataset\(x, y\) makes one of arrays\.$"):
        DataLoader(3)


@WORKERS
def test_an_error_names_its_sample(workers):
    def failing(index):
        if index == 5:
            raise KeyError("label")
        return index

    class Failing(Squares):
        def __getitem__(self, index):
            return failing(index)

    loader = DataLoader(Failing(9), 2, num_workers=workers)
    seen = []
    with pytest.raises(KeyError, match="label") as caught:
        seen.extend(batch.numpy().tolist() for batch in loader)
    assert seen == [[0, 1], [2, 3]]
    told = [*map(str, caught.value.args), *getattr(caught.value, "__notes__", ())]
    assert "[DataLoader] while taking sample 5." in "\n".join(told).split("\n")
    assert "failing" in [entry.name for entry in caught.traceback]


def test_the_old_places():
    import deepcore.utils.data as place

    assert place.__all__ == deepcore.data.__all__
    assert all(getattr(place, name) is getattr(deepcore.data, name) for name in place.__all__)
    assert deepcore.datasets.digits is deepcore.data.datasets.digits
    assert deepcore.datasets.__all__ == deepcore.data.datasets.__all__


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"num_workers": 2.5}, "num_workers must be a whole number, got 2.5"),
        ({"num_workers": 1, "prefetch_factor": 1.5}, "prefetch_factor must be a whole number"),
        ({"shuffle": "yes"}, "shuffle must be True or False, got 'yes'"),
        ({"drop_last": 2}, "drop_last must be True or False, got 2"),
    ],
)
def test_options_of_other_kinds(options, text):
    with pytest.raises(TypeError, match=rf"^\[DataLoader\] {text}"):
        DataLoader(pairs(3), **options)


def test_a_batch_is_waited_for():
    with pytest.raises(ValueError, match="timeout must be 0, got 5; a batch is waited for"):
        DataLoader(pairs(3), timeout=5)


@WORKERS
def test_stop_iteration_ends_no_pass(workers):
    def stop(index):
        if index == 2:
            raise StopIteration
        return index

    class Stops(Dataset):
        def __len__(self):
            return 4

        def __getitem__(self, index):
            return stop(index)

    with pytest.raises(RuntimeError, match="sample 2 must not raise StopIteration"):
        list(DataLoader(Stops(), 2, num_workers=workers))
    with pytest.raises(RuntimeError, match="collate_fn must not raise StopIteration"):
        list(DataLoader([2], num_workers=workers, collate_fn=lambda batch: stop(batch[0])))
