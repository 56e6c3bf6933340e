"""Lists and dicts of parameters."""

import copy

import pytest

import deepcore as dc
from deepcore import nn


def test_a_list_of_parameters():
    own = nn.Parameter(dc.zeros(2))
    several = nn.ParameterList([own]).append(dc.ones(1)).extend([dc.ones(3)])
    assert len(several) == 3
    assert several[0] is own
    assert isinstance(several[-1], nn.Parameter)
    assert [p.shape for p in several] == [(2,), (1,), (3,)]
    several[1] = dc.zeros(4)
    assert [name for name, p in several.named_parameters()] == ["0", "1", "2"]
    assert several.state_dict()["1"].shape == (4,)
    assert copy.deepcopy(several)[1].shape == (4,)
    assert "(1): Parameter of shape (4,)" in repr(several)


def test_a_dict_of_parameters():
    several = nn.ParameterDict({"a": dc.ones(1)})
    several["b"] = nn.Parameter(dc.ones(2))
    several.update([("c", dc.ones(3))])
    assert list(several) == list(several.keys()) == ["a", "b", "c"]
    assert [p.shape for p in several.values()] == [(1,), (2,), (3,)]
    assert "b" in several
    assert several.pop("b").shape == (2,)
    del several["a"]
    assert [name for name, p in several.items()] == ["c"]
    assert len(list(several.parameters())) == len(several) == 1
    for remove in (several.pop, several.__delitem__):
        with pytest.raises(KeyError, match="b"):
            remove("b")


def test_they_train_with_the_module_that_holds_them():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.scales = nn.ParameterList([dc.ones(1)])
            self.shifts = nn.ParameterDict({"x": dc.zeros(1)})

        def forward(self, x):
            return x * self.scales[0] + self.shifts["x"]

    net = Net()
    net(dc.tensor([2.0])).sum().backward()
    assert [(n, p.grad.item()) for n, p in net.named_parameters()] == [
        ("scales.0", 2.0),
        ("shifts.x", 1.0),
    ]


def test_kinds_and_places_that_do_not_work():
    several = nn.ParameterList([dc.ones(1)])
    with pytest.raises(TypeError, match=r"\[ParameterList\] '1' must be a Parameter or None, got"):
        several.append(3)
    with pytest.raises(IndexError, match=r"\[ParameterList\] index must be in -1 to 0, got 1\."):
        several[1]
    with pytest.raises(TypeError, match=r"\[ParameterList\] index must be a whole number, got 'a'"):
        several["a"]
    with pytest.raises(ValueError, match=r"\[ParameterDict\] 'training' is"):
        nn.ParameterDict({"training": dc.ones(1)})
