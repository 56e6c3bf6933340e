"""Transforms of images: what they do to each, that every image has its own draw, and repeats."""

import numpy as np
import pytest

import deepcore as dc
from deepcore.data import DataLoader, Subset, TensorDataset, TransformedDataset
from deepcore.data.transforms import (
    Compose,
    Cutout,
    Normalize,
    RandomCrop,
    RandomHorizontalFlip,
)
from support.training import same_bits, weights

DTYPES = ["uint8", "float32", "float64"]


def images(count=6, channels=3, rows=5, columns=7, dtype="uint8"):
    rng = np.random.default_rng(0)
    return rng.integers(1, 256, (count, channels, rows, columns)).astype(dtype)


TRANSFORMS = [
    Normalize([0.1, 0.2, 0.3], [1, 2, 3]),
    RandomCrop((4, 6), 1),
    RandomHorizontalFlip(),
    Cutout(3),
    Compose([RandomCrop(5), RandomHorizontalFlip(), Normalize(0.5, 0.5), Cutout(2)]),
]


@pytest.mark.parametrize("transform", TRANSFORMS, ids=repr)
@pytest.mark.parametrize("dtype", DTYPES)
def test_arrays_and_tensors_batches_and_single_images(transform, dtype):
    x = images(dtype=dtype)
    before = x.copy()
    dc.manual_seed(1)
    y = transform(x)
    dc.manual_seed(1)
    tensor = transform(dc.tensor(x))
    assert isinstance(y, np.ndarray)
    assert isinstance(tensor, dc.Tensor)
    assert y.tobytes() == tensor.numpy().tobytes()
    assert y.dtype.name == ("float32" if y.dtype.kind == "f" and dtype == "uint8" else dtype)
    np.testing.assert_array_equal(x, before)
    assert transform(x[0]).shape == y.shape[1:]
    assert transform(x[:0]).shape == (0, *y.shape[1:])


def test_normalize():
    x = images()
    mean, std = np.array([0.1, 0.2, 0.3]), np.array([1.0, 2.0, 3.0])
    expected = (x / 255 - mean[:, None, None]) / std[:, None, None]
    np.testing.assert_allclose(Normalize(mean, std)(x), expected, rtol=0, atol=1e-6)
    expected = (x - mean[:, None, None]) / std[:, None, None]
    np.testing.assert_allclose(Normalize(mean, std)(x.astype(float)), expected, rtol=1e-14)
    one = Normalize(0.1307, 0.3081)(np.array([[[0, 255]]], np.uint8))
    np.testing.assert_allclose(one, [[[-0.1307 / 0.3081, 0.8693 / 0.3081]]], rtol=1e-6)


def test_every_crop_is_a_window_and_all_windows_come():
    x = images(400, 2, 3, 4)
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)), constant_values=9)
    seen = set()
    for image, crop in zip(padded, RandomCrop((4, 3), 1, fill=9, seed=0)(x), strict=True):
        at = [
            (top, left)
            for top in range(2)
            for left in range(4)
            if np.array_equal(image[:, top : top + 4, left : left + 3], crop)
        ]
        assert len(at) == 1
        seen.update(at)
    assert seen == {(top, left) for top in range(2) for left in range(4)}


def test_a_crop_of_the_whole_image_is_the_image():
    x = images()
    np.testing.assert_array_equal(RandomCrop((5, 7))(x), x)


@pytest.mark.parametrize(("p", "least", "most"), [(0.0, 0, 0), (1.0, 500, 500), (0.3, 110, 190)])
def test_flips(p, least, most):
    x = images(500)
    y = RandomHorizontalFlip(p, seed=3)(x)
    flipped = (y == x[..., ::-1]).all((1, 2, 3))
    kept = (y == x).all((1, 2, 3))
    assert (flipped | kept).all()
    assert least <= flipped.sum() <= most


@pytest.mark.parametrize("size", [1, 2, 3, 20])
def test_cutouts_are_squares_around_a_pixel(size):
    x = images(300, 2, 5, 7)
    y = Cutout(size, seed=1)(x)
    at = set()
    for before, after in zip(x, y, strict=True):
        filled = after[0] == 0
        np.testing.assert_array_equal(after, np.where(filled, 0, before))
        rows, columns = np.flatnonzero(filled.any(1)), np.flatnonzero(filled.any(0))
        assert filled.sum() == len(rows) * len(columns) >= 1
        assert len(rows) == size or rows[0] == 0 or rows[-1] == 4
        assert len(columns) == size or columns[0] == 0 or columns[-1] == 6
        at.add((rows[0], rows[-1], columns[0], columns[-1]))
    assert len(at) == (1 if size == 20 else 35)


def test_cutout_fill():
    assert (Cutout(9, fill=7)(images(2, 1, 3, 3)) == 7).all()


RANDOM = [
    lambda **source: RandomCrop(5, 2, **source),
    lambda **source: RandomHorizontalFlip(**source),
    lambda **source: Cutout(2, **source),
]


@pytest.mark.parametrize("make", RANDOM)
def test_seeds(make):
    x = images(40)
    first, again = make(seed=5), make(seed=5)
    one = first(x)
    np.testing.assert_array_equal(again(x), one)
    assert not np.array_equal(first(x), one)  # goes on
    np.testing.assert_array_equal(make(generator=dc.Generator().manual_seed(5))(x), one)
    assert not np.array_equal(make(seed=6)(x), one)
    dc.manual_seed(5)
    drawn = make()(x)
    dc.manual_seed(5)
    np.testing.assert_array_equal(make()(x), drawn)
    with pytest.raises(ValueError, match=r"expected generator or seed, got both"):
        make(seed=1, generator=dc.Generator())


def test_dataset_in_a_loader():
    x, y = images(10), np.arange(10)
    data = TransformedDataset(TensorDataset(x, y), RandomHorizontalFlip(1.0))
    assert len(data) == 10
    image, label = data[3]
    np.testing.assert_array_equal(image.numpy(), x[3, :, :, ::-1])
    assert label.item() == 3
    part = Subset(data, [7, 2, 5])
    for loader in (DataLoader(part, 2), DataLoader(part, 2, num_workers=1)):
        batches = list(loader)
        assert [labels.tolist() for _, labels in batches] == [[7, 2], [5]]
        np.testing.assert_array_equal(batches[0][0].numpy(), x[[7, 2], :, :, ::-1])


def test_dataset_gives_whole_batches_to_the_transform():
    shapes = []

    def transform(batch):
        shapes.append(batch.shape)
        return batch

    data = TransformedDataset(TensorDataset(images(5), np.arange(5)), transform)
    list(DataLoader(data, 4))
    list(DataLoader(TransformedDataset([(image, 0) for image in images(2)], transform), 2))
    assert shapes == [(4, 3, 5, 7), (1, 3, 5, 7), (3, 5, 7), (3, 5, 7)]


def test_trainer_draws_anew_each_epoch():
    """fit is the loop by hand on the same loader: the same weights, bit for bit."""
    x, y = images(12, 1, 4, 4), np.arange(12) % 3

    def start():
        dc.manual_seed(0)
        model = dc.nn.Sequential(dc.nn.Flatten(), dc.nn.Linear(16, 3))
        sgd = dc.optim.SGD(model.parameters(), lr=0.1)
        augment = Compose([RandomCrop(4, 1, seed=2), Normalize(0.5, 0.5)])
        return model, sgd, TransformedDataset(TensorDataset(x, y), augment)

    model, sgd, data = start()
    dc.manual_seed(1)
    dc.Trainer(model, "cross_entropy", sgd).fit(data, epochs=3, batch_size=5, verbose=0)

    other, sgd, data = start()
    dc.manual_seed(1)
    loader = DataLoader(data, 5, shuffle=True)
    for _ in range(3):
        for batch, labels in loader:
            sgd.zero_grad()
            dc.nn.functional.cross_entropy(other(batch), labels).backward()
            sgd.step()
    assert same_bits(weights(model), weights(other))


@pytest.mark.parametrize(
    ("make", "kind", "text"),
    [
        (lambda: Normalize(float("nan"), 1), ValueError, r"\[Normalize\] mean must be a finite nu"),
        (lambda: Normalize([], 1), ValueError, r"\[Normalize\] mean must be a finite number or"),
        (lambda: Normalize(0, [1, 0]), ValueError, r"std must be positive, got \[1, 0\]\."),
        (lambda: RandomCrop(0), ValueError, r"\[RandomCrop\] size must be one or two positive"),
        (lambda: RandomCrop((1, 2, 3)), ValueError, r"positive numbers, got \(1, 2, 3\)\."),
        (lambda: RandomCrop(2, -1), ValueError, r"padding must be 0 or more pixels, got -1\."),
        (lambda: RandomHorizontalFlip(1.5), ValueError, r"p must be from 0 to 1, got 1\.5\."),
        (lambda: Cutout(0), ValueError, r"\[Cutout\] size must be a positive whole number, got 0"),
        (lambda: Compose([1]), TypeError, r"functions of images, got int at position 0\."),
        (lambda: TransformedDataset([], 1), TypeError, r"transform must be a function, got int\."),
    ],
)
def test_options_that_do_not_work(make, kind, text):
    with pytest.raises(kind, match=text):
        make()


@pytest.mark.parametrize(
    ("transform", "x", "kind", "text"),
    [
        (Cutout(1), [[1]], TypeError, r"\[Cutout\] images must be .* of uint8, .*, got list\."),
        (Cutout(1), images(dtype="int32"), TypeError, r"float64, got int32\."),
        (Cutout(1), images()[0, 0], ValueError, r"\(C, H, W\), got shape \(5, 7\)\."),
        (Normalize([1, 2], 1), images(), ValueError, r"mean must have a number for each of 3 ch"),
        (
            RandomHorizontalFlip(),
            np.zeros((4, 32, 32, 3)),
            ValueError,
            r"must lie as \(N, C, H, W\), got \(4, 32, 32, 3\); \.transpose\(0, 3, 1, 2\) brings",
        ),
        (Cutout(1), dc.zeros(32, 32, 1), ValueError, r"\.permute\(2, 0, 1\) brings them there\."),
        (
            RandomCrop(8),
            np.zeros((60, 28, 28)),
            ValueError,
            r"got \(60, 28, 28\), which has no axis of channels; x\[:, None\] adds it\.",
        ),
        (RandomCrop(8), images(), ValueError, r"got \(8, 8\) for \(5, 7\); padding=0 is too sm"),
    ],
)
def test_images_that_do_not_fit(transform, x, kind, text):
    with pytest.raises(kind, match=text):
        transform(x)


def test_absent_names_have_a_hint():
    with pytest.raises(AttributeError, match=r"no 'RandomFlip'; did you mean 'Random"):
        dc.data.transforms.RandomFlip  # noqa: B018 - the access is the test
