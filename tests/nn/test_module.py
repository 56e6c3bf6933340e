"""Module: registries, walks, modes, display, copies."""

import copy
import pickle

import pytest

import deepcore as dc
from deepcore import nn


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(3, 2)
        self.scale = nn.Parameter(dc.ones(2))
        self.register_buffer("mean", dc.zeros(2))
        self.register_buffer("scratch", dc.zeros(1), persistent=False)
        self.register_parameter("absent", None)

    def forward(self, x):
        return self.linear(x)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = Block()
        self.rest = nn.ModuleList([nn.Linear(2, 2), nn.Linear(2, 1, bias=False)])

    def forward(self, x):
        x = self.first(x)
        for layer in self.rest:
            x = layer(x)
        return x


KEYS = [
    "first.scale",
    "first.mean",
    "first.linear.weight",
    "first.linear.bias",
    "rest.0.weight",
    "rest.0.bias",
    "rest.1.weight",
]


class TestWalks:
    def test_everything_is_found_in_order(self):
        net = Net()
        assert list(net.state_dict()) == KEYS
        assert [n for n, _ in net.named_parameters()] == [k for k in KEYS if "mean" not in k]
        assert [n for n, _ in net.named_buffers()] == ["first.mean", "first.scratch"]
        paths = ["", "first", "first.linear", "rest", "rest.0", "rest.1"]
        assert [n for n, _ in net.named_modules()] == paths
        assert [n for n, _ in net.named_children()] == ["first", "rest"]
        assert list(net.children()) == [net.first, net.rest]
        assert len(list(net.modules())) == 6
        assert len(list(net.parameters())) == 6
        assert len(list(net.parameters(recurse=False))) == 0
        assert len(list(net.buffers())) == 2
        assert next(n for n, _ in net.named_parameters(prefix="net")) == "net.first.scale"

    def test_what_is_shared_is_walked_once_and_saved_by_each_path(self):
        net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
        net[1].weight = net[0].weight
        assert [n for n, _ in net.named_parameters()] == ["0.weight", "0.bias", "1.bias"]
        assert len(list(net.named_parameters(remove_duplicate=False))) == 4
        assert list(net.state_dict()) == ["0.weight", "0.bias", "1.weight", "1.bias"]
        twice = nn.Sequential(net, net)
        assert len(list(twice.children())) == 1
        assert len(list(twice.state_dict())) == 8

    def test_paths(self):
        net = Net()
        assert net.get_submodule("") is net
        assert net.get_submodule("rest.1") is net.rest[1]
        assert net.get_parameter("first.linear.bias") is net.first.linear.bias
        assert net.get_buffer("first.mean") is net.first.mean
        with pytest.raises(AttributeError, match=r"\[Net\] there is no module 'rest\.7'\."):
            net.get_submodule("rest.7")
        with pytest.raises(AttributeError, match=r"\[Net\] there is no parameter 'first\.absent'"):
            net.get_parameter("first.absent")
        with pytest.raises(AttributeError, match=r"\[Net\] there is no buffer 'first\.var'"):
            net.get_buffer("first.var")


class TestRegistries:
    def test_assignment_replaces_and_deletion_forgets(self):
        block = Block()
        block.scale = nn.Parameter(dc.zeros(5))
        assert block.get_parameter("scale").shape == (5,)
        block.scale = None
        assert [n for n, _ in block.named_parameters()] == ["linear.weight", "linear.bias"]
        block.mean = dc.ones(2)
        assert block.state_dict()["mean"].tolist() == [1.0, 1.0]
        block.linear = nn.Identity()
        assert [type(m) for m in block.children()] == [nn.Identity]
        del block.mean, block.linear
        assert list(block.state_dict()) == []
        block.mean = nn.Parameter(dc.ones(1))  # another kind under the same name
        assert list(block.state_dict()) == ["mean"]

    def test_attributes_are_plain(self):
        linear = nn.Linear(2, 2)
        assert linear.__dict__["weight"] is linear.weight
        assert not hasattr(type(linear), "__getattr__")

    def test_wrong_kinds(self):
        block = Block()
        with pytest.raises(TypeError, match=r"\[Block\] 'scale' must be a Parameter or None, got"):
            block.scale = dc.ones(2)
        with pytest.raises(TypeError, match=r"\[Block\] 'linear' must be a Module or None, got"):
            block.linear = 3
        with pytest.raises(TypeError, match=r"\[Block\] 'mean' must be a Tensor or None, got list"):
            block.mean = [1.0]
        with pytest.raises(TypeError, match=r"\[Block\] 'x' must be a Module or None, got list"):
            block.add_module("x", [])
        with pytest.raises(ValueError, match=r"a name must be a string without dots, got 'a\.b'"):
            block.add_module("a.b", nn.Identity())
        with pytest.raises(ValueError, match=r"\[Block\] 'forward' is taken by a method"):
            block.register_buffer("forward", dc.ones(1))

    def test_super_init_comes_first(self):
        class Early(nn.Module):
            def __init__(self):
                self.layer = nn.Identity()

        with pytest.raises(
            AttributeError, match=r"\[Early\] super\(\).__init__\(\) must be called before 'layer'"
        ):
            Early()


class TestModes:
    def test_train_and_eval_reach_all(self):
        net = Net()
        assert net.eval() is net
        assert not any(m.training for m in net.modules())
        assert net.train().first.linear.training
        with pytest.raises(TypeError, match=r"\[train\] mode must be a bool, got int\."):
            net.train(1)

    def test_apply_visits_the_innermost_first(self):
        seen = []
        net = Net()
        assert net.apply(seen.append) is net
        assert seen[0] is net.first.linear
        assert seen[-1] is net

    def test_requires_grad(self):
        net = Net().requires_grad_(False)
        assert not any(p.requires_grad for p in net.parameters())
        assert all(p.requires_grad for p in net.requires_grad_().parameters())

    def test_zero_grad(self):
        layer = nn.Linear(2, 1)
        layer(dc.ones(3, 2)).backward(dc.ones(3, 1))
        kept = layer.weight.grad
        layer.zero_grad(set_to_none=False)
        assert kept.tolist() == [[0.0, 0.0]]
        layer.zero_grad()
        assert layer.weight.grad is None


def test_forward_is_required():
    with pytest.raises(NotImplementedError, match=r"\[Module\] forward\(\) is not defined"):
        nn.Module()(1)


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))], ids=["deepcopy", "pickle"]
)
def test_copies_are_independent(copied):
    net = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 1)).eval()
    x = dc.ones(1, 2)
    before = net(x).tolist()
    other = copied(net)
    assert other(x).tolist() == before
    assert not other.training
    other[0].weight.data = dc.zeros(3, 2)
    other[0].bias.data = dc.zeros(3)
    assert net(x).tolist() == before
    assert other(x).tolist() == [other[1].bias.tolist()]


def test_repr():
    assert repr(Net()) == (
        "Net(\n"
        "  (first): Block(\n"
        "    (linear): Linear(in_features=3, out_features=2, bias=True)\n"
        "  )\n"
        "  (rest): ModuleList(\n"
        "    (0): Linear(in_features=2, out_features=2, bias=True)\n"
        "    (1): Linear(in_features=2, out_features=1, bias=False)\n"
        "  )\n"
        ")"
    )


@pytest.mark.parametrize(
    ("owner", "name", "hint"),
    [
        (nn, "Relu", "ReLU"),
        (nn, "CrossEntropy", "CrossEntropyLoss"),
        (nn, "LeakyRelu", "LeakyReLU"),
        (nn.functional, "crossentropy", "cross_entropy"),
        (nn.functional, "log_soft_max", "log_softmax"),
        (nn.init, "xavier_uniform", "xavier_uniform_"),
        (dc.data, "TensorDatset", "TensorDataset"),
    ],
)
def test_absent_names_are_answered_with_the_closest(owner, name, hint):
    with pytest.raises(AttributeError, match=rf"there is no '{name}'; did you mean '{hint}'\?"):
        getattr(owner, name)


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (dc, "sort"),
        (dc, "jit"),
        (dc, "norm"),
        (dc, "einsum"),
        (dc, "isclose"),
        (dc, "nan"),
        (dc.ones(1), "sort"),
        (nn, "Transformer"),
    ],
)
def test_absent_names_without_a_close_one_have_no_hint(owner, name):
    with pytest.raises(AttributeError, match=rf"there is no '{name}'\.$"):
        getattr(owner, name)


@pytest.mark.parametrize(
    "take",
    [
        lambda m: m.register_buffer("weight", dc.ones(1)),
        lambda m: m.add_module("bias", nn.ReLU()),
        lambda m: m.add_module("_modules", nn.ReLU()),
        lambda m: m.register_buffer("training", dc.ones(1)),
        lambda m: setattr(m, "_hooks", nn.ReLU()),
        lambda m: nn.ModuleDict({"training": nn.ReLU()}),
    ],
)
def test_names_that_are_taken(take):
    layer = nn.Linear(2, 2)
    with pytest.raises(ValueError, match=r"is an attribute already|is taken by a method"):
        take(layer)
    assert list(dict(layer.named_parameters())) == ["weight", "bias"]


def test_a_class_may_say_none_where_a_layer_will_be():
    class Net(nn.Module):
        layer = None

        def __init__(self) -> None:
            super().__init__()
            self.other = None
            self.layer = nn.ReLU()
            self.other = nn.Tanh()

    assert [name for name, _ in Net().named_children()] == ["layer", "other"]


def test_a_module_that_was_not_made():
    class Early(nn.Module):
        def __init__(self):
            pass

        def forward(self, x):
            return x

    for use in (lambda m: m(dc.ones(1)), lambda m: m.eval(), lambda m: list(m.parameters())):
        with pytest.raises(AttributeError, match=r"\[Early\] super\(\).__init__\(\) must be calle"):
            use(Early())


def test_what_is_added_to_a_shallow_copy_is_not_the_originals():
    net = nn.Sequential(nn.Linear(2, 2))
    other = copy.copy(net)
    other.append(nn.ReLU())
    other.register_buffer("mean", dc.zeros(1), persistent=False)
    assert (len(net), len(other)) == (1, 2)
    assert other[0] is net[0]
    assert list(net.buffers()) == []
    x = dc.tensor([[1.0, -1.0]])
    assert (other(x) == net(x).relu()).tolist() == [[True, True]]


def test_hints_and_devices():
    layer = nn.Linear(1, 1)
    assert layer.to(dc.float64, memory_format=None).weight.dtype == dc.float64
    with pytest.raises(ValueError, match=r"\[device\] deepcore runs on CPUs, got 'cuda'\."):
        layer.cuda()
    assert (dc.device("cpu:1").index, dc.device("cpu", 2).index) == (1, 2)
    with pytest.raises(ValueError, match="deepcore runs on CPUs, got 'cpu:x'"):
        dc.device("cpu:x")


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (
            lambda: nn.Unflatten(1, 4),
            r"\[Unflatten\] unflattened_size must be a sequence .*, got 4",
        ),
        (
            lambda: nn.CrossEntropyLoss(label_smoothing="a"),
            r"\[cross_entropy\] label_smoothing must be a number, got str\.",
        ),
        (
            lambda: nn.functional.mse_loss(dc.ones(1), dc.ones(1), weight=3.0),
            r"\[mse_loss\] weight must be a Tensor or None, got float\.",
        ),
        (lambda: nn.Dropout("a"), r"\[dropout\] p must be a number, got str\."),
        (lambda: nn.Sequential()["0"], r"\[Sequential\] index must be a whole number, got '0'\."),
        (
            lambda: nn.utils.clip_grad_norm_(nn.Linear(1, 1), 1.0),
            r"parameters must be Tensors, got Linear; pass its parameters\(\)\.",
        ),
    ],
)
def test_arguments_of_other_kinds(call, text):
    with pytest.raises(TypeError, match=text):
        call()
