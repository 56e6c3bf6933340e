"""Normalization layers: modes, running statistics and what they refuse."""

import traceback

import numpy as np
import pytest

import deepcore as dc
from deepcore import nn
from deepcore.nn._fusion import conv_norm, normalize

BATCH_NORMS = [
    (nn.BatchNorm1d, (4, 3)),
    (nn.BatchNorm2d, (4, 3, 2, 2)),
    (nn.BatchNorm3d, (4, 3, 1, 2, 1)),
]


@pytest.mark.parametrize(("layer", "shape"), BATCH_NORMS)
class TestBatchNorm:
    def test_eval_without_training_only_adds_eps(self, layer, shape):
        x = dc.randn(shape)
        y = layer(3).eval()(x).detach().numpy()
        np.testing.assert_allclose(y, x.numpy() / np.sqrt(1 + 1e-5), 1e-6)

    def test_eval_after_training_uses_what_was_seen(self, layer, shape):
        norm = layer(3, momentum=1.0)
        x = dc.randn(shape) * 3 + 2
        norm(x)
        assert norm.num_batches_tracked.item() == 1
        n = x.numel() / 3
        axes = (0, *range(2, len(shape)))
        np.testing.assert_allclose(norm.running_mean.numpy(), x.numpy().mean(axes), rtol=1e-5)
        np.testing.assert_allclose(
            norm.running_var.numpy(), x.numpy().var(axes) * n / (n - 1), rtol=1e-5
        )
        before = norm.running_mean.tolist()
        norm.eval()(x)
        assert norm.running_mean.tolist() == before
        assert norm.num_batches_tracked.item() == 1

    def test_without_running_statistics_eval_is_training(self, layer, shape):
        norm = layer(3, track_running_stats=False)
        x = dc.randn(shape)
        assert norm(x).tolist() == norm.eval()(x).tolist()

    def test_reset(self, layer, shape):
        norm = layer(3)
        with dc.no_grad():
            norm.weight.fill_(2)
        norm(dc.randn(shape))
        norm.reset_parameters()
        assert norm.weight.tolist() == norm.running_var.tolist() == [1, 1, 1]
        assert norm.bias.tolist() == norm.running_mean.tolist() == [0, 0, 0]
        assert norm.num_batches_tracked.item() == 0

    def test_refuses_other_axes(self, layer, shape):
        with pytest.raises(
            ValueError, match=rf"\[{layer.__name__}\] input must have shape \(N, C.*got \(3,\)\."
        ):
            layer(3)(dc.ones(3))

    def test_refuses_other_channels(self, layer, shape):
        text = rf"\[{layer.__name__}\] input must have num_features=5 channels, got"
        with pytest.raises(ValueError, match=text):
            layer(5)(dc.ones(shape))


def test_a_half_frozen_net_trains():
    net = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Linear(4, 1))
    net[1].eval()
    net(dc.randn(5, 3)).sum().backward()
    assert all(p.grad is not None for p in net.parameters())
    assert net[1].num_batches_tracked.item() == 0


class TestInstanceNorm:
    def test_an_image_without_a_batch(self):
        x = dc.randn(3, 4, 5)
        norm = nn.InstanceNorm2d(3, affine=True)
        assert norm(x).tolist() == norm(x.unsqueeze(0))[0].tolist()

    def test_channels(self):
        for options in ({"affine": True}, {"track_running_stats": True}):
            with pytest.raises(
                ValueError, match=r"\[InstanceNorm1d\] input must have num_features=2 channels, got"
            ):
                nn.InstanceNorm1d(2, **options)(dc.ones(1, 3, 4))
        with pytest.warns(UserWarning, match=r"\[InstanceNorm1d\] input must have num_features=2"):
            nn.InstanceNorm1d(2)(dc.ones(1, 3, 4))


def test_reset_of_weights():
    for norm in (nn.LayerNorm(3), nn.GroupNorm(1, 3), nn.RMSNorm(3), nn.LayerNorm(3, bias=False)):
        with dc.no_grad():
            for p in norm.parameters():
                p.fill_(7)
        norm.reset_parameters()
        assert norm.weight.tolist() == [1, 1, 1]
        assert getattr(norm, "bias", None) is None or norm.bias.tolist() == [0, 0, 0]


def test_groups_must_divide():
    with pytest.raises(ValueError, match=r"\[GroupNorm\] num_groups must divide num_channels=3, g"):
        nn.GroupNorm(2, 3)


def test_dtype_and_device():
    assert nn.BatchNorm1d(2, dtype=dc.float64).running_mean.dtype == dc.float64
    assert nn.LayerNorm(2, dtype=dc.float64).weight.dtype == dc.float64
    for make in (nn.BatchNorm1d, nn.LayerNorm, nn.RMSNorm, lambda n, **o: nn.GroupNorm(1, n, **o)):
        with pytest.raises(ValueError, match=r"\[device\] deepcore runs on CPUs, got 'cuda'\."):
            make(2, device="cuda")


class TestFusion:
    @pytest.mark.parametrize(("layer", "shape"), BATCH_NORMS)
    def test_sequential_gives_the_same_bits(self, layer, shape):
        x = dc.randn(shape)
        for training in (True, False):
            net = nn.Sequential(layer(3), nn.ReLU()).train(training)
            alone = [layer(3), nn.ReLU()]
            for a, b in zip(net, alone, strict=True):
                a.load_state_dict(b.state_dict())
                b.train(training)
            fused, expected = net(x), alone[1](alone[0](x))
            assert "batch_norm" in str(fused)
            assert fused.tolist() == expected.tolist()
            fused.sum().backward()
            expected.sum().backward()
            assert net[0].weight.grad.tolist() == alone[0].weight.grad.tolist()
            assert net[0].running_mean.tolist() == alone[0].running_mean.tolist()

    def test_a_hook_keeps_the_layers_apart(self):
        net = nn.Sequential(nn.BatchNorm1d(3), nn.ReLU())
        seen = []
        net[0].register_forward_hook(lambda module, args, y: seen.append(bool((y < 0).any())))
        assert "relu" in str(net(dc.randn(5, 3)))
        assert seen == [True]

    def test_an_error_names_the_batch_norm(self):
        net = nn.Sequential(nn.BatchNorm1d(3), nn.ReLU())
        with pytest.raises(ValueError, match=r"num_features=3 channels, got") as caught:
            net(dc.randn(5, 4))
        text = "".join(traceback.format_exception_only(caught.type, caught.value))
        assert "in layer '0' (BatchNorm1d) of Sequential" in text

    @pytest.mark.parametrize("batch", [2, 17])
    @pytest.mark.parametrize("kernel", [1, 3])
    @pytest.mark.parametrize("with_relu", [True, False])
    def test_a_convolution_and_its_norm_give_the_same_bits(self, batch, kernel, with_relu):
        conv, norm = nn.Conv2d(20, 9, kernel, padding=kernel // 2), nn.BatchNorm2d(9)
        layers = [conv, norm, nn.ReLU()] if with_relu else [conv, norm]
        net, x = nn.Sequential(*layers), 1 + dc.randn(batch, 20, 6, 9)
        for training in (True, False):
            net.train(training)
            for p in net.parameters():
                p.grad = None
            y, z = net(x), x
            y.sum().backward()
            gradients = [p.grad.tolist() for p in net.parameters()]
            net.zero_grad()
            norm.momentum = 0.0  # the second pass changes no statistics
            for layer in layers:
                z = layer(z)
            z.sum().backward()
            assert y.tolist() == z.tolist()
            assert gradients == [p.grad.tolist() for p in net.parameters()]
        with dc.no_grad():
            fused = net(x)
        assert fused.tolist() == z.tolist()
        assert fused.numpy().tobytes() == z.detach().numpy().tobytes()

    def test_in_eval_mode_a_convolution_and_its_norm_are_one_node(self, monkeypatch):
        net = nn.Sequential(nn.Conv2d(2, 3, 3), nn.BatchNorm2d(3), nn.ReLU()).eval()
        monkeypatch.setattr(nn.BatchNorm2d, "_fused", None)  # would be called otherwise
        assert net(dc.randn(2, 2, 9, 9)).shape == (2, 3, 7, 7)

    def test_hooks_keep_a_convolution_and_its_norm_apart(self):
        for i in range(3):
            net = nn.Sequential(nn.Conv2d(2, 3, 3), nn.BatchNorm2d(3), nn.ReLU()).eval()
            x, seen = dc.randn(2, 2, 9, 9), []
            expected = net(x)
            net[i].register_forward_hook(lambda module, args, y, seen=seen: seen.append(y))
            assert net(x).tolist() == expected.tolist()
            assert len(seen) == 1

    def test_errors_of_a_convolution_and_its_norm_name_the_layer(self):
        def text(net, x, match):
            with pytest.raises(ValueError, match=match) as caught:
                net(x)
            return "".join(traceback.format_exception_only(caught.type, caught.value))

        net = nn.Sequential(nn.Conv2d(2, 3, 3), nn.BatchNorm2d(3), nn.ReLU())
        assert "in layer '0' (Conv2d)" in text(net.eval(), dc.ones(1, 5, 9, 9), "in_channels=2")
        assert "in layer '1' (BatchNorm2d)" in text(net, dc.ones(2, 9, 9), r"\(N, C, H, W\)")
        one = text(net.train(), dc.ones(1, 2, 3, 3), "more than one value per channel")
        assert "in layer '1' (BatchNorm2d)" in one
        other = nn.Sequential(nn.Conv2d(2, 3, 3), nn.BatchNorm2d(4)).eval()
        assert "in layer '1' (BatchNorm2d)" in text(other, dc.ones(1, 2, 9, 9), "num_features=4")

    def test_conv_norm(self):
        conv, norm, relu = nn.Conv1d(2, 3, 3), nn.BatchNorm1d(3).eval(), nn.ReLU()
        x, r = dc.randn(4, 2, 22), dc.randn(4, 3, 20)
        with dc.no_grad():
            for last in (relu, None, nn.GELU()):
                after = last or (lambda z: z)
                y = norm(conv(x))
                assert conv_norm(conv, norm, last, x).tolist() == after(y).tolist()
                assert conv_norm(conv, norm, last, x, r).tolist() == after(y + r).tolist()

    def test_normalize(self):
        x, r = dc.randn(5, 3, 20), dc.randn(5, 3, 20)
        norm, relu = nn.BatchNorm1d(3), nn.ReLU()
        assert normalize(norm, relu, x).tolist() == relu(norm(x)).tolist()
        assert normalize(norm, relu, x, r).tolist() == relu(norm(x) + r).tolist()
        assert "batch_norm" in str(normalize(norm, relu, x, r))
        gelu = nn.GELU()
        assert normalize(norm, gelu, x, r).tolist() == gelu(norm(x) + r).tolist()
        assert normalize(norm, gelu, x).tolist() == gelu(norm(x)).tolist()
        with pytest.raises(ValueError, match=r"\[batch_norm\] residual must have shape"):
            normalize(norm, relu, x, dc.ones(1))
