"""Activations: element by element, and softmax along an axis."""

from __future__ import annotations

from typing import ClassVar

from .. import _core
from .._core import Tensor
from . import functional as F
from ._module import Module
from .functional._activation import check_approximate


class Activation(Module):
    """An activation that a Linear before it can apply to its output while it computes it."""

    # What the product's epilogue calls this activation.
    _kind: ClassVar[_core.Activation]

    def _epilogue(self) -> tuple[_core.Activation, float] | None:
        """The activation and its slope for `_core.linear`, or None to run apart from it."""
        return self._kind, 0.0


class _Inplace(Activation):
    """One that takes PyTorch's hint `inplace`, which means nothing here."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def extra_repr(self) -> str:
        return "inplace=True" if self.inplace else ""


class ReLU(_Inplace):
    """The rectifier max(x, 0); its derivative at 0 is 0.

    Args:
        inplace: accepted for PyTorch's sake; a new tensor is made.

    Shape:
        Any; the output's is the same.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.ReLU()(dc.tensor([-1.0, 2.0]))
        tensor([0., 2.])
    """

    _kind = _core.Activation.relu

    def forward(self, input: Tensor) -> Tensor:
        return _core.relu(input)


class LeakyReLU(_Inplace):
    """The leaky rectifier: x above 0, negative_slope * x below.

    Args:
        negative_slope: the slope below 0.
        inplace: accepted for PyTorch's sake; a new tensor is made.

    Shape:
        Any; the output's is the same.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.LeakyReLU(0.5)(dc.tensor([-1.0, 2.0]))
        tensor([-0.5,  2. ])
    """

    _kind = _core.Activation.leaky_relu
    _structural = Module._structural | {"negative_slope"}

    def __init__(self, negative_slope: float = 1e-2, inplace: bool = False) -> None:
        super().__init__(inplace)
        self.negative_slope = negative_slope

    def _epilogue(self) -> tuple[_core.Activation, float] | None:
        # With a negative slope the sign of the output, which is what is saved, tells nothing.
        return (self._kind, self.negative_slope) if self.negative_slope >= 0 else None

    def forward(self, input: Tensor) -> Tensor:
        return _core.leaky_relu(input, self.negative_slope)

    def extra_repr(self) -> str:
        return ", ".join(
            filter(None, (f"negative_slope={self.negative_slope}", super().extra_repr()))
        )


class Sigmoid(Activation):
    """The logistic function 1 / (1 + e⁻ˣ).

    Shape:
        Any; the output's is the same.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.Sigmoid()(dc.zeros(2))
        tensor([0.5, 0.5])
    """

    _kind = _core.Activation.sigmoid

    def forward(self, input: Tensor) -> Tensor:
        return _core.sigmoid(input)


class Tanh(Activation):
    """The hyperbolic tangent.

    Shape:
        Any; the output's is the same.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.Tanh()(dc.zeros(2))
        tensor([0., 0.])
    """

    _kind = _core.Activation.tanh

    def forward(self, input: Tensor) -> Tensor:
        return _core.tanh(input)


class GELU(Activation):
    """The Gaussian error unit x Φ(x), where Φ is the standard normal distribution function.

    Args:
        approximate: 'none', or 'tanh' for x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2.

    Shape:
        Any; the output's is the same.

    Raises:
        ValueError: approximate is neither.

    Reference:
        Hendrycks and Gimpel, Gaussian Error Linear Units, 2016.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.GELU()(dc.zeros(2))
        tensor([0., 0.])
    """

    _kind = _core.Activation.gelu
    _structural = Module._structural | {"approximate"}

    def __init__(self, approximate: str = "none") -> None:
        super().__init__()
        check_approximate(approximate)
        self.approximate = approximate

    def _epilogue(self) -> tuple[_core.Activation, float] | None:
        check_approximate(self.approximate)
        exact = self.approximate == "none"
        return self._kind if exact else _core.Activation.gelu_tanh, 0.0

    def forward(self, input: Tensor) -> Tensor:
        return F.gelu(input, self.approximate)

    def extra_repr(self) -> str:
        return f"approximate={self.approximate!r}"


class SiLU(_Inplace):
    """The sigmoid-weighted unit x / (1 + e⁻ˣ), also called swish.

    Args:
        inplace: accepted for PyTorch's sake; a new tensor is made.

    Shape:
        Any; the output's is the same.

    Reference:
        Elfwing, Uchibe and Doya, Sigmoid-Weighted Linear Units, 2017.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.SiLU()(dc.zeros(2))
        tensor([0., 0.])
    """

    _kind = _core.Activation.silu

    def forward(self, input: Tensor) -> Tensor:
        return _core.silu(input)


class Softmax(Module):
    """Probabilities along an axis: yᵢ = e^{xᵢ} / Σⱼ e^{xⱼ}.

    Args:
        dim: the axis that sums to 1. None chooses 0 for 0, 1 or 3 axes, else 1, with a warning.

    Shape:
        Any; the output's is the same.

    Raises:
        IndexError: dim is out of range.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.Softmax(dim=1)(dc.zeros(1, 4))
        tensor([[0.25, 0.25, 0.25, 0.25]])
    """

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        return F.softmax(input, self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


class LogSoftmax(Module):
    """Log-probabilities along an axis: yᵢ = xᵢ − log Σⱼ e^{xⱼ}.

    Args:
        dim: the axis. None chooses 0 for 0, 1 or 3 axes, else 1, with a warning.

    Shape:
        Any; the output's is the same.

    Raises:
        IndexError: dim is out of range.

    Example:
        >>> import deepcore as dc
        >>> dc.nn.LogSoftmax(dim=1)(dc.zeros(1, 1))
        tensor([[0.]])
    """

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        return F.log_softmax(input, self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"
