"""Data sets, their parts and their sums."""

import numpy as np
import pytest

from deepcore import Generator, from_numpy, tensor
from deepcore.data import (
    ConcatDataset,
    Dataset,
    IterableDataset,
    Subset,
    SubsetRandomSampler,
    TensorDataset,
    stratified_split,
)
from deepcore.data import random_split as split


def numbers(count):
    return TensorDataset(np.arange(count, dtype=np.float32) * 2, np.arange(count))


def test_tensor_dataset_gives_rows():
    x = np.arange(12, dtype=np.float32).reshape(4, 3)
    data = TensorDataset(x, tensor([5, 6, 7, 8]))
    assert len(data) == 4
    first, label = data[2]
    np.testing.assert_array_equal(first.numpy(), x[2])
    assert label.item() == 7
    assert data[-1][1].item() == 8
    with pytest.raises(IndexError, match=r"^\[data\] index must be in \[-4, 4\), got 4\.$"):
        data[4]


def test_tensor_dataset_shares_what_a_tensor_can_have():
    for kind in ("float32", "float64", "int64", "uint8", "bool"):
        array = np.zeros(3, kind)
        (held,) = TensorDataset(array).tensors
        array[1] = 1
        assert held.numpy()[1] == 1
    kept = tensor([1.0])
    assert TensorDataset(kept).tensors[0] is kept


@pytest.mark.parametrize(
    ("array", "kind"),
    [
        (np.arange(3, dtype=np.int32), "int64"),
        (np.arange(3, dtype=np.float16), "float32"),
        (np.arange(6.0)[::2], "float64"),
        (np.broadcast_to(np.float32(1), (3,)), "float32"),
        (np.arange(3, dtype=">f4"), "float32"),
        ([0, 1, 2], "int64"),
    ],
)
def test_tensor_dataset_copies_the_rest(array, kind):
    (held,) = TensorDataset(array).tensors
    assert held.numpy().dtype == np.dtype(kind)
    np.testing.assert_array_equal(held.numpy(), np.asarray(array))


def test_tensor_dataset_errors():
    shapes = r"got shapes \(3, 2\), \(4,\); the first axis counts the samples\.$"
    with pytest.raises(ValueError, match=shapes):
        TensorDataset(np.zeros((3, 2)), np.zeros(4))
    with pytest.raises(ValueError, match="got shapes of none"):
        TensorDataset()
    with pytest.raises(ValueError, match=r"got shapes \(\)"):
        TensorDataset(np.float32(3))
    with pytest.raises(TypeError, match=r"^\[TensorDataset\] expected Tensors or arrays of numb"):
        TensorDataset(np.array(["a"]))
    with pytest.raises(
        ValueError,
        match=r"^\[TensorDataset\] expected Tensors or arrays of numbers, got sequences of "
        r"different lengths; nn\.utils\.rnn\.pad_sequence or data\.pad_collate pads them\.$",
    ):
        TensorDataset([[1], [1, 2]])


def test_take_copies_rows_in_any_order():
    x = np.arange(12, dtype=np.uint8).reshape(4, 3)
    data = TensorDataset(x, np.arange(4.0))
    rows, values = data.take(np.array([3, 0, -1, 3]))
    np.testing.assert_array_equal(rows.numpy(), x[[3, 0, 3, 3]])
    assert values.numpy().tolist() == [3, 0, 3, 3]
    rows.numpy()[:] = 0
    assert x[3, 0] == 9
    assert data.take(np.array([], np.int64))[0].shape == (0, 3)
    for index in (4, -5):
        with pytest.raises(
            IndexError, match=rf"^\[data\] indices must be in \[-4, 4\), got {index}"
        ):
            data.take(np.array([index]))


def test_take_from_a_tensor_that_records_a_gradient():
    x = from_numpy(np.arange(3.0))
    x.requires_grad = True
    (rows,) = TensorDataset(x).take(np.array([2]))
    assert rows.numpy().tolist() == [2.0]


def test_subset():
    data = Subset(Subset(numbers(10), range(5, 10)), [4, 0])
    assert len(data) == 2
    assert [y.item() for _, y in (data[0], data[1])] == [9, 5]
    assert data.take(np.array([1, 0]))[1].numpy().tolist() == [5, 9]


def test_concat():
    data = numbers(3) + numbers(2)
    assert isinstance(data, ConcatDataset)
    assert len(data) == 5
    assert [data[i][1].item() for i in range(-5, 5)] == [0, 1, 2, 0, 1] * 2
    assert len(ConcatDataset([[], "ab", [], "c"])) == 3
    assert "".join(ConcatDataset([[], "ab", [], "c"])) == "abc"
    for index in (5, -6):
        with pytest.raises(IndexError, match=rf"index must be in \[-5, 5\), got {index}\.$"):
            data[index]
    with pytest.raises(ValueError, match="must be one or more, got none"):
        ConcatDataset([])
    with pytest.raises(TypeError, match="got an IterableDataset"):
        ConcatDataset([IterableDataset()])


def test_what_a_subclass_must_define():
    class Nothing(Dataset):
        pass

    class NoOrder(IterableDataset):
        pass

    with pytest.raises(NotImplementedError, match=r"Nothing must define __getitem__\(index\)\.$"):
        Nothing()[0]
    with pytest.raises(NotImplementedError, match=r"NoOrder must define __iter__\(\)\.$"):
        iter(NoOrder())


@pytest.mark.parametrize(
    ("lengths", "sizes"),
    [([7, 3], [7, 3]), ([0.7, 0.3], [7, 3]), ([0.25, 0.25, 0.5], [3, 2, 5]), ([0, 10], [0, 10])],
)
def test_random_split(lengths, sizes):
    parts = split("abcdefghij", lengths, seed=1)
    assert [len(part) for part in parts] == sizes
    assert sorted(letter for part in parts for letter in part) == list("abcdefghij")


def test_random_split_repeats():
    first, again, other = (split(range(99), [50, 49], seed=s)[0].indices for s in (1, 1, 2))
    assert first == again != other
    one, two = (split(range(99), [1.0], Generator().manual_seed(3))[0].indices for _ in range(2))
    assert one == two


@pytest.mark.parametrize("lengths", [[5, 4], [0.5, 0.6], [-1, 11], [], [float("nan")], [1e999]])
def test_random_split_errors(lengths):
    with pytest.raises(ValueError, match=r"^\[random_split\] lengths must be .* the sum 10"):
        split(range(10), lengths)


def test_sources_of_randomness_that_do_not_work():
    with pytest.raises(ValueError, match="expected generator or seed, got both"):
        split(range(3), [1, 2], Generator(), seed=0)
    with pytest.raises(TypeError, match=r"must be a deepcore.Generator, got int; seed=0 or"):
        split(range(3), [1, 2], 5)
    with pytest.raises(ValueError, match="seed must be in"):
        split(range(3), [1, 2], seed=2**64)


def test_a_slice_or_a_list_gives_rows():
    data = numbers(5)
    for index in (slice(1, 4), [1, 2, 3], np.array([1, 2, 3]), tensor([1, 2, 3])):
        x, y = data[index]
        assert (x.tolist(), y.tolist()) == ([2, 4, 6], [1, 2, 3])
    with pytest.raises(TypeError, match="'float' object cannot be interpreted as an integer"):
        data[1.5]


@pytest.mark.parametrize(
    "mask", [[True, False, True], np.array([True, False]), tensor([True, False]), [0, np.bool_(1)]]
)
def test_a_mask_is_no_list_of_indices(mask):
    for kind in (lambda indices: Subset(numbers(3), indices), SubsetRandomSampler):
        with pytest.raises(
            TypeError, match=r"indices must be whole numbers, got a mask of bools; n"
        ):
            kind(mask)


@pytest.mark.parametrize("size", [0.2, 25.7, True, "3"])
def test_a_test_part_has_a_whole_number_of_samples(size):
    with pytest.raises(
        TypeError, match=r"^\[stratified_split\] test_size must be a whole number, g"
    ):
        stratified_split([0, 1] * 20, size)
