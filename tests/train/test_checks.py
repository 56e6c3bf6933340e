"""What is wrong with data or arguments is said before the first step."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest

import deepcore as dc
from deepcore import nn
from deepcore.data import (
    BatchSampler,
    DataLoader,
    Dataset,
    RandomSampler,
    SubsetRandomSampler,
    TensorDataset,
    pad_collate,
)
from support.training import blobs, classifier, mlp, same_bits, weights


def with_value(array: Any, where: Any, value: Any) -> Any:
    array = array.copy()
    array[where] = value
    return array


class Sparse:
    """What NumPy takes for one object, as it does SciPy's sparse matrices."""

    def toarray(self) -> Any:
        return X


X, Y = blobs(40)
BAD_DATA: list[tuple[Any, type[Exception], str]] = [
    ((X, Y[:30]), ValueError, r"\[fit\] x and y must have equally many samples, got 40 and 30\."),
    ((X[:0], Y[:0]), ValueError, r"x must have one sample or more .*, got shape \(0, 8\)\."),
    ((X, Y[:0]), ValueError, r"y must have one sample or more .*, got shape \(0,\)\."),
    (
        (X,),
        TypeError,
        r"y must be given with arrays, got none with x of type ndarray; a data\.Dataset or "
        r"data\.DataLoader of pairs \(x, y\) brings it, other .* need a loop of one's own\.$",
    ),
    (([(X, Y)],), TypeError, r"y must be given with arrays, got none with x of type list; a data"),
    ((iter([(X, Y)]),), TypeError, r"got none with x of type list_iterator; a data\.Dataset or"),
    ((3.0, Y), ValueError, r"x must have one sample or more .*, got shape \(\)\."),
    ((with_value(X, (7, 2), np.nan), Y), ValueError, r"x must be finite, got nan at row 7, pos"),
    ((with_value(X, (9, 0), np.inf), Y), ValueError, r"x must be finite, got inf at row 9, pos"),
    ((X, with_value(Y, 5, 4)), IndexError, r"labels must be from 0 to 3, .* got 4 at row 5\."),
    ((X, with_value(Y, 6, -1)), IndexError, r"labels must be from 0 to 3, .* got -1 at row 6\."),
    ((X, Y + 0.5), ValueError, r"labels must be whole numbers, got \d\.5 at row 0\."),
    ((X, with_value(Y * 1.0, 3, np.nan)), ValueError, r"labels must be whole numbers, got nan at"),
    ((X, ["a"] * 40), TypeError, r"y must hold numbers, got an array of <U1\."),
    ((Sparse(), Y), TypeError, r"x must hold numbers, got a sparse Sparse; pass x\.toarray\(\)\."),
    ((X + 1j, Y), TypeError, r"x must hold numbers, got an array of complex64\."),
    (([[1.0], [1.0, 2.0]], [0, 1]), ValueError, r"\[fit\] x must be one array, got "),
    ((X[:, :7], Y), ValueError, r"in_features=8"),
    ((TensorDataset(X),), TypeError, r"a batch must be a pair \(x, y\), got 1 parts\."),
    (
        (TensorDataset(X, Y, Y),),
        TypeError,
        r"got 3 parts; lengths and carried states need a loop of one's own\.",
    ),
    ((TensorDataset(X, Y), Y), TypeError, r"a Dataset brings its own y, got y= too"),
]


@pytest.mark.parametrize(("data", "kind", "text"), BAD_DATA)
def test_data_that_cannot_be_trained_on(data: Any, kind: type[Exception], text: str) -> None:
    trainer = classifier()
    before = weights(trainer.model)
    with pytest.raises(kind, match=text):
        trainer.fit(*data, verbose=0)
    assert same_bits(weights(trainer.model), before)
    assert trainer.history.epoch == []
    assert all(m.training for m in trainer.model.modules())


@pytest.mark.parametrize("name", ["fit", "evaluate"])
def test_loaders_in_memory_are_checked_before_the_first_step(name: str) -> None:
    trainer = classifier()
    before = weights(trainer.model)
    loader = DataLoader(TensorDataset(X, with_value(Y, 39, 9)), 8)
    with pytest.raises(IndexError, match=rf"\[{name}\] labels must be from 0 to 3, .* at row 39\."):
        getattr(trainer, name)(loader)
    assert same_bits(weights(trainer.model), before)


def test_other_loaders_are_checked_before_each_step() -> None:
    class Late(Dataset[Any]):
        def __len__(self) -> int:
            return 40

        def __getitem__(self, index: int) -> Any:
            return np.full(8, np.nan if index == 20 else 1.0, np.float32), 0

    trainer = classifier()
    with pytest.raises(ValueError, match=r"x must be finite, got nan at row 4") as caught:
        trainer.fit(Late(), batch_size=8, shuffle=False, verbose=0)
    text = "".join([str(caught.value), *getattr(caught.value, "__notes__", [])])
    assert "[fit] in batch 3 of the epoch." in text
    assert all(np.isfinite(w).all() for w in weights(trainer.model))


def test_what_a_data_set_raises_is_its_own() -> None:
    class Broken(Dataset[Any]):
        def __len__(self) -> int:
            return 4

        def __getitem__(self, index: int) -> Any:
            raise OSError("no such image")

    with pytest.raises(OSError, match="no such image"):
        classifier().fit(Broken(), verbose=0)


def test_targets_of_another_shape_than_the_output() -> None:
    model = mlp(8, 3)
    trainer = dc.Trainer(model, "mse", dc.optim.SGD(model.parameters(), lr=0.1))
    with pytest.raises(ValueError, match=r"the model's output, \(N, 3\), got \(40, 2\)\."):
        trainer.fit(X, X[:, :2], verbose=0)
    with pytest.raises(ValueError, match=r"y must be finite, got nan at row 1, position \(2,\)"):
        trainer.fit(X, with_value(X[:, :3], (1, 2), np.nan), verbose=0)


def test_ignored_labels_are_in_range() -> None:
    trainer = classifier()
    trainer.fit(X, with_value(Y, 5, -100), verbose=0)
    assert trainer.history.epoch == [1]


LOADER = DataLoader(TensorDataset(X, Y), 8)
BAD_OPTIONS: list[tuple[Any, dict[str, Any], type[Exception], str]] = [
    ((X, Y), {"epochs": 0}, ValueError, r"epochs must be a positive whole number, got 0\."),
    ((X, Y), {"epochs": 1.5}, ValueError, r"epochs must be a positive whole number, got 1\.5\."),
    ((X, Y), {"batch_size": 0}, ValueError, r"batch_size must be a positive whole number, got 0"),
    ((X, Y), {"verbose": 3}, ValueError, r"verbose must be 0 \(nothing\), 1 .* got 3\."),
    ((X, Y), {"validation_split": 1.0}, ValueError, r"validation_split must be between 0 and 1"),
    ((X, Y), {"validation_split": 0.99}, ValueError, r"must leave samples to train on, got 0\.99"),
    (
        (X, Y),
        {"validation_split": 0.5, "validation_data": (X, Y)},
        ValueError,
        r"expected validation_data or validation_split, got both\.",
    ),
    ((X, Y), {"validation_data": X}, TypeError, r"validation_data must be a pair \(x, y\)"),
    ((LOADER,), {"validation_split": 0.5}, TypeError, r"needs arrays or a Dataset with indices"),
    ((LOADER,), {"batch_size": 8}, TypeError, r"a DataLoader brings its own batch_size"),
    ((LOADER,), {"shuffle": True}, TypeError, r"a DataLoader brings its own shuffle"),
    ((LOADER, Y), {}, TypeError, r"a DataLoader brings its own y"),
    ((X, Y), {"batch_size": 2.5}, ValueError, r"\[fit\] batch_size must be a positive whole"),
]


@pytest.mark.parametrize(("data", "options", "kind", "text"), BAD_OPTIONS)
def test_options_that_cannot_be(
    data: Any, options: dict[str, Any], kind: type[Exception], text: str
) -> None:
    with pytest.raises(kind, match=text):
        classifier().fit(*data, **{"verbose": 0, **options})


def test_predictions_need_an_order_and_samples() -> None:
    shuffled = DataLoader(TensorDataset(X, Y), 8, shuffle=True)
    with pytest.raises(ValueError, match=r"\[predict\] a DataLoader must keep the order"):
        classifier().predict(shuffled)
    with pytest.raises(ValueError, match=r"\[predict\] x must have one sample or more"):
        classifier().predict(X[:0])
    with pytest.raises(ValueError, match=r"batch_size must be a positive whole number, got 0"):
        classifier().predict(X, batch_size=0)


@pytest.mark.parametrize(
    ("change", "kind", "text"),
    [
        ({"model": "net"}, TypeError, r"model must be an nn\.Module, got str\."),
        (
            {"loss": "crossentropy"},
            ValueError,
            r"loss must be one of cross_entropy, .*'crossentropy'; did you mean 'cross_entropy'\?",
        ),
        (
            {"loss": "bce_with_logits"},
            ValueError,
            r"got .*; did you mean 'binary_cross_entropy_with_logits'\?",
        ),
        ({"metrics": "acuracy"}, ValueError, r"got 'acuracy'; did you mean 'accuracy'\?"),
        ({"metrics": ["auc", 3]}, ValueError, r"metrics must be 'accuracy', .*, got 'auc'\."),
        ({"metrics": [nn.MSELoss]}, TypeError, r"or functions of \(output, target\), got <class"),
        ({"loss": nn.MSELoss}, TypeError, r"got the class MSELoss; pass nn\.MSELoss\(\)\."),
        ({"model": nn.Linear}, TypeError, r"got the class Linear; pass nn\.Linear\(\)\."),
        ({"loss": 3}, TypeError, r"loss must be a loss module, .* got int\."),
        (
            {"loss": dc.nn.MSELoss(reduction="none")},
            ValueError,
            r"loss must give one number a batch, got reduction='none'",
        ),
        ({"optimizer": "adam"}, TypeError, r"optimizer must be an optimizer of .* got str; such"),
        (
            {"optimizer": dc.optim.Adam},
            TypeError,
            r"class Adam; pass Adam\(model\.parameters\(\)\)",
        ),
        (
            {"optimizer": dc.optim.SGD([dc.nn.Parameter(dc.zeros(2))], lr=0.1)},
            ValueError,
            r"optimizer must hold parameters of the model, got none of them",
        ),
    ],
)
def test_arguments_of_the_trainer(change: dict[str, Any], kind: type[Exception], text: str) -> None:
    model = mlp(8, 4)
    adam = dc.optim.Adam(model.parameters())
    good: dict[str, Any] = {"model": model, "loss": "mse", "optimizer": adam}
    with pytest.raises(kind, match=text):
        dc.Trainer(**{**good, **change})


def trainer(loss: Any = "cross_entropy", **options: Any) -> dc.Trainer:
    model = mlp(4, 8, 3)
    return dc.Trainer(model, loss, dc.optim.SGD(model.parameters(), lr=0.1), **options)


@pytest.mark.parametrize(
    "y", [np.eye(3, dtype=np.int64)[[0, 1, 2, 0]], np.zeros((4, 1, 1), np.int64), np.ones((4, 2))]
)
@pytest.mark.parametrize("validation", [False, True])
def test_labels_of_a_wrong_shape_are_found_before_the_first_step(y: Any, validation: bool) -> None:
    x, labels = np.ones((4, 4), np.float32), np.zeros(4, np.int64)
    task = trainer()
    before = [p.tolist() for p in task.model.parameters()]
    held_out = (x, y) if validation else None
    with pytest.raises(ValueError, match=r"\[fit\] y must hold class indices \(N,\) or, as floats"):
        task.fit(x, labels if validation else y, validation_data=held_out, verbose=0)
    assert [p.tolist() for p in task.model.parameters()] == before


@pytest.mark.parametrize(
    ("loss", "metrics", "y", "error", "text"),
    [
        ("cross_entropy", "mae", np.zeros(4), ValueError, "metric 'mae' needs outputs and targets"),
        ("mse", "accuracy", np.full((4, 3), 7.0), ValueError, "'accuracy' needs class indices or"),
        ("mse", {"m": lambda o, t: None}, np.ones((4, 3)), TypeError, "must give a number, a"),
    ],
)
def test_metrics_are_tried_before_the_first_step(
    loss: str, metrics: Any, y: Any, error: type[Exception], text: str
) -> None:
    task = trainer(loss, metrics=metrics)
    before = [p.tolist() for p in task.model.parameters()]
    with pytest.raises(error, match=text):
        task.fit(np.ones((4, 4), np.float32), y, verbose=0)
    assert [p.tolist() for p in task.model.parameters()] == before


@pytest.mark.parametrize(
    "options",
    [
        {"shuffle": True},
        {"sampler": SubsetRandomSampler(range(4))},
        {"batch_sampler": BatchSampler(RandomSampler(range(4)), 2, False)},
        {"batch_size": 3, "drop_last": True},
    ],
)
def test_predict_needs_every_row_in_its_place(options: dict[str, Any]) -> None:
    data = TensorDataset(np.ones((4, 4), np.float32), np.zeros(4))
    with pytest.raises(ValueError, match=r"\[predict\] a DataLoader must (keep|give)"):
        trainer().predict(DataLoader(data, **options))


@pytest.mark.parametrize("collate", [pad_collate, partial(pad_collate, batch_first=True)])
@pytest.mark.parametrize("labels", [True, False])
@pytest.mark.parametrize("name", ["fit", "evaluate", "predict"])
def test_lengths_are_neither_targets_nor_left_out(name: str, labels: bool, collate: Any) -> None:
    sequences = [np.ones((length, 4), np.float32) for length in (3, 5)]
    loader = DataLoader([(x, 0) if labels else x for x in sequences], 2, collate_fn=collate)
    text = (
        rf"\[{name}\] a DataLoader must give pairs \(x, y\), got one with pad_collate; its lengths "
        r"need a loop of one's own\.$"
    )
    with pytest.raises(TypeError, match=text):
        getattr(trainer(), name)(loader)


def test_predict_names_what_it_cannot_iterate() -> None:
    text = (
        r"\[predict\] x must hold numbers, got list_iterator; pass an array, a data\.Dataset or a"
    )
    with pytest.raises(TypeError, match=text):
        trainer().predict(iter([X]))


def test_predict_leaves_out_targets_alone() -> None:
    x, y = np.ones((4, 4), np.float32), np.zeros(4)
    expected = trainer().predict(x)
    for parts in ((x,), (x, y)):
        np.testing.assert_array_equal(trainer().predict(TensorDataset(*parts)), expected)
    with pytest.raises(
        TypeError, match=r"\[predict\] a batch must be a pair \(x, y\), got 3 parts"
    ):
        trainer().predict(TensorDataset(x, y, y))


def test_the_last_step_is_looked_at_too() -> None:
    model = nn.Linear(1, 1)
    task = dc.Trainer(model, "mse", dc.optim.SGD(model.parameters(), lr=3e38))
    with pytest.raises(FloatingPointError, match="weights must be finite, got some that are not"):
        task.fit([[10.0]], [5.0], verbose=0)


def test_validation_that_overflows() -> None:
    task = trainer("mse")
    x, y = np.ones((4, 4), np.float32), np.ones((4, 3), np.float32)
    with pytest.raises(FloatingPointError, match="a loss of inf in the validation of epoch 1"):
        task.fit(x, y, validation_data=(1e30 * x, y), verbose=0)


def test_a_trainer_keeps_its_parts() -> None:
    task = trainer(metrics=None)
    for name in ("model", "loss", "optimizer"):
        with pytest.raises(AttributeError):
            setattr(task, name, None)


def test_shuffle_is_a_flag() -> None:
    with pytest.raises(TypeError, match=r"\[fit\] shuffle must be True or False, got 'yes'"):
        trainer().fit(np.ones((4, 4)), np.zeros(4), shuffle="yes")
    with pytest.raises(TypeError, match=r"\[fit\] y must be given with arrays"):
        trainer().fit(np.ones((4, 4)), validation_split=0.5)


def test_numbers_too_large_for_the_model_are_named_as_given() -> None:
    x = with_value(X.astype(np.float64), (3, 1), 1e300)
    with pytest.raises(ValueError, match=r"x must fit the model's float32, got 1e\+300 at row 3;"):
        classifier().fit(x, Y, verbose=0)


def test_a_loss_gives_a_tensor() -> None:
    model = mlp(8, 4)
    trainer = dc.Trainer(model, lambda o, t: 0.5, dc.optim.SGD(model.parameters()))
    for measure in (trainer.evaluate, partial(trainer.fit, verbose=0)):
        with pytest.raises(TypeError, match=r"of one element, got float from '<lambda>'\."):
            measure(X, Y)


def test_a_loss_gives_one_number() -> None:
    def squares(output: dc.Tensor, target: dc.Tensor) -> dc.Tensor:
        return (output - target).square()

    model = mlp(8, 1)
    trainer = dc.Trainer(model, squares, dc.optim.SGD(model.parameters()))
    for measure in (trainer.evaluate, partial(trainer.fit, verbose=0)):
        with pytest.raises(ValueError, match=r"got shape \(32, 1\) from 'squares'; end it in \.me"):
            measure(X, Y[:, None])


def notes(caught: Any) -> str:
    return "".join([str(caught.value), *getattr(caught.value, "__notes__", [])])


@pytest.mark.parametrize("value", ["high", {}, [None]])
def test_a_metric_gives_a_number(value: Any) -> None:
    task = classifier({"grade": lambda output, target: value})
    with pytest.raises(TypeError, match=r"metric 'grade' must give a number, a Tensor or an array"):
        task.fit(X, Y, verbose=0)


def test_what_a_metric_raises_names_it() -> None:
    def top(output: dc.Tensor, target: dc.Tensor) -> float:
        raise KeyError("k")

    with pytest.raises(KeyError, match="k") as caught:
        classifier([top]).fit(X, Y, verbose=0)
    assert "[fit] in metric 'top', which is given (output, target)." in notes(caught)


@pytest.mark.parametrize("x", [X[:, :7], Y[:, None]])
def test_an_error_of_the_model_names_the_shape_of_x(x: Any) -> None:
    with pytest.raises(ValueError, match="in_features=8") as caught:
        classifier().fit(x, Y, verbose=0)
    assert f"[fit] x has shape {x.shape}; its first row was tried in the model." in notes(caught)
