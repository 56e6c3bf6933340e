"""The methods of Tensor that are written in Python: display, NumPy, conversions, copies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from ._compare import allclose, equal
from ._core import Tensor
from ._device import CPU, check_device, device
from ._dtype import bool as bool_
from ._dtype import float32, float64, int64, numpy_dtype
from ._names import suggest


def __repr__(self: Tensor) -> str:
    body = np.array2string(self.detach().numpy(), separator=", ", prefix="tensor(", threshold=1000)
    if self.numel() == 0:
        body += f", size={self.shape}"
    if self.dtype not in (float32, int64, bool_) or self.numel() == 0:
        body += f", dtype={self.dtype}"
    name = self._node_name
    if name:
        body += f", grad_fn=<{name}>"
    elif self.requires_grad:
        body += ", requires_grad=True"
    return f"tensor({body})"


def __format__(self: Tensor, spec: str) -> str:
    if self.ndim == 0:
        return format(self.item(), spec)
    return format(repr(self), spec)


__hash__ = object.__hash__  # identity; a function in Python would cost an optimizer 0.6 us a step


def __iter__(self: Tensor) -> Iterator[Tensor]:
    if self.ndim == 0:
        raise TypeError("[iter] a tensor without axes cannot be iterated over.")
    shape = self.shape[1:]
    return (self._narrow_leading(i, i + 1).reshape(shape) for i in range(len(self)))


def __array__(
    self: Tensor, dtype: npt.DTypeLike | None = None, copy: bool | None = None
) -> npt.NDArray[Any]:
    shared = self.numpy()
    if copy is False and dtype is not None and np.dtype(dtype) != shared.dtype:
        raise ValueError(f"[numpy] {shared.dtype} elements cannot become {dtype} without a copy.")
    return shared.astype(dtype or shared.dtype, copy=bool(copy))


def __deepcopy__(self: Tensor, memo: dict[int, Any]) -> Tensor:
    if not self.is_leaf:
        raise RuntimeError(
            "[deepcopy] only a leaf can be copied with its place in the graph; use detach() first."
        )
    copied = self.detach().clone()
    copied.requires_grad = self.requires_grad
    if self.grad is not None:
        copied.grad = self.grad.clone()
    memo[id(self)] = copied
    return copied


def _rebuild(array: npt.NDArray[Any], requires_grad: bool) -> Tensor:
    from ._creation import tensor

    return tensor(array, requires_grad=requires_grad)


def __reduce__(self: Tensor) -> tuple[Callable[..., Tensor], tuple[npt.NDArray[Any], bool]]:
    return _rebuild, (self.detach().numpy(), self.requires_grad)


def tolist(self: Tensor) -> Any:
    """The elements as nested lists of Python numbers; a number for a tensor without axes.

    Example:
        >>> import deepcore as dc
        >>> dc.tensor([[1, 2]]).tolist()
        [[1, 2]]
    """
    return self.detach().numpy().tolist()


def requires_grad_(self: Tensor, requires_grad: bool = True) -> Tensor:
    """Sets whether backward gives this leaf a gradient; returns it.

    Raises:
        RuntimeError: it is set to False on a tensor that an op made.
        TypeError: the tensor is not float32 or float64.

    Example:
        >>> import deepcore as dc
        >>> dc.ones(2).requires_grad_()
        tensor([1., 1.], requires_grad=True)
    """
    self.requires_grad = requires_grad
    return self


def any(
    self: Tensor, dim: Any = None, keepdim: bool = False, *, axis: Any = None, out: None = None
) -> Tensor:
    """Whether an element is not zero, along `dim` (an axis or several) or of all; NaN is not zero.

    Example:
        >>> import deepcore as dc
        >>> dc.tensor([[0, 1], [0, 0]]).any(dim=1)
        tensor([ True, False])
    """
    _check_no_out("any", out)
    return self.ne(0).sum(dim if axis is None else axis, keepdim).ne(0)


def all(
    self: Tensor, dim: Any = None, keepdim: bool = False, *, axis: Any = None, out: None = None
) -> Tensor:
    """Whether no element is zero, along `dim` (an axis or several) or of all; True of none.

    Example:
        >>> import deepcore as dc
        >>> dc.tensor([[2, 1], [0, 1]]).all(dim=0)
        tensor([False,  True])
    """
    _check_no_out("all", out)
    return self.eq(0).sum(dim if axis is None else axis, keepdim).eq(0)


def _check_no_out(op: str, out: None) -> None:
    if out is not None:  # np.any(x) asks x.any(axis=None, out=None)
        raise TypeError(f"[{op}] out must be None, got {type(out).__name__}; assign the result.")


def register_hook(self: Tensor, hook: Callable[[Tensor], Tensor | None]) -> RemovableHandle:
    """Calls `hook(gradient)` when backward has this tensor's gradient; what it returns replaces it.

    Returns:
        A handle whose `remove()` takes the hook away.

    Raises:
        RuntimeError: the tensor does not require a gradient.

    Example:
        >>> import deepcore as dc
        >>> w = dc.ones(2, requires_grad=True)
        >>> handle = w.register_hook(lambda gradient: 2 * gradient)
        >>> w.sum().backward()
        >>> w.grad
        tensor([2., 2.])
    """
    return RemovableHandle(self._register_hook(hook))


class RemovableHandle:
    """Takes a hook away again: `handle.remove()`, or the end of a `with`."""

    def __init__(self, remove: Callable[[], None]) -> None:
        self._remove: Callable[[], None] | None = remove

    def remove(self) -> None:
        """Takes the hook away; again is harmless."""
        if self._remove is not None:
            self._remove()
            self._remove = None

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *error: object) -> None:
        self.remove()


def _is_device(name: str) -> bool:
    return not hasattr(np, name)


def to(self: Tensor, *target: Any, **options: Any) -> Tensor:
    """The tensor as another dtype, or itself: `to(dtype)`, `to('cpu')`, `to(other)`.

    Args:
        target: a dtype, a device, both, or a tensor whose dtype to take.
        options: `dtype=`, `device=`, `copy=`; `non_blocking` and `memory_format` mean nothing here.

    Raises:
        ValueError: a device that is not the CPU.
        TypeError: an unknown option.

    Example:
        >>> import deepcore as dc
        >>> dc.tensor([1.7]).to(dc.int64)
        tensor([1])
    """
    wanted = options.pop("dtype", None)
    check_device(options.pop("device", None))
    copy = options.pop("copy", False)
    for hint in ("non_blocking", "memory_format"):
        options.pop(hint, None)
    if options:
        raise TypeError(f"[to] unknown option {next(iter(options))!r}.")
    for item in target:
        if isinstance(item, Tensor):
            wanted = item.dtype
        elif isinstance(item, device) or (isinstance(item, str) and _is_device(item)):
            check_device(item)
        else:
            wanted = item
    result = self if wanted is None else self._cast(wanted)
    return result.clone() if copy and result is self else result


def cpu(self: Tensor) -> Tensor:
    """The tensor itself: it is on the CPU.

    Example:
        >>> import deepcore as dc
        >>> x = dc.ones(1)
        >>> x.cpu() is x
        True
    """
    return self


def to_float(self: Tensor) -> Tensor:
    """The tensor as float32.

    Example:
        >>> import deepcore as dc
        >>> dc.tensor([1, 2]).float()
        tensor([1., 2.])
    """
    return self._cast(float32)


def to_double(self: Tensor) -> Tensor:
    """The tensor as float64.

    Example:
        >>> import deepcore as dc
        >>> dc.tensor([1, 2]).double()
        tensor([1., 2.], dtype=deepcore.float64)
    """
    return self._cast(float64)


def to_long(self: Tensor) -> Tensor:
    """The tensor as int64; fractions are cut off.

    Example:
        >>> import deepcore as dc
        >>> dc.tensor([1.7, -1.7]).long()
        tensor([ 1, -1])
    """
    return self._cast(int64)


def to_int(self: Tensor) -> Tensor:
    """The tensor as int64, the one signed integer type there is.

    Example:
        >>> import deepcore as dc
        >>> dc.tensor([1.7, -1.7]).int()
        tensor([ 1, -1])
    """
    return self._cast(int64)


def to_bool(self: Tensor) -> Tensor:
    """Whether each element is not zero.

    Example:
        >>> import deepcore as dc
        >>> dc.tensor([0.0, 0.5]).bool()
        tensor([False,  True])
    """
    return self._cast(bool_)


def type_as(self: Tensor, other: Tensor) -> Tensor:
    """The tensor as other's dtype.

    Example:
        >>> import deepcore as dc
        >>> dc.tensor([1, 2]).type_as(dc.ones(1))
        tensor([1., 2.])
    """
    return self._cast(other.dtype)


def is_floating_point(self: Tensor) -> bool:
    """Whether the elements are float32 or float64.

    Example:
        >>> import deepcore as dc
        >>> dc.ones(1).is_floating_point()
        True
    """
    return self.dtype in (float32, float64)


# Not called __getattr__ here: it would answer for this module's own missing names, too.
def _absent(self: Tensor, name: str) -> Any:
    raise AttributeError(suggest("Tensor", name, dir(type(self))))


def _device(self: Tensor) -> device:
    return CPU


def _nbytes(self: Tensor) -> int:
    return self.numel() * numpy_dtype(self.dtype).itemsize


_DOC = """A dense array in row-major order, of one of five dtypes, that can record its gradient.

Its dtype is bool, uint8, int64, float32 or float64. Arithmetic broadcasts shapes and promotes
dtypes as PyTorch's. What is computed from a tensor with `requires_grad` is recorded, and
`backward()` of a result adds to the tensor's `grad`. `reshape`, `detach`, and slices of the leading
axis share memory; transposes and other indexing copy. `tensor` and `from_numpy` make one.

Args:
    other: a tensor whose memory the new one shares.

Example:
    >>> import deepcore as dc
    >>> x = dc.tensor([1.0, 2.0, 3.0], requires_grad=True)
    >>> (x * x).sum().backward()
    >>> x.grad
    tensor([2., 4., 6.])
    >>> x.shape, x.dtype, x.requires_grad
    ((3,), deepcore.float32, True)
"""

_METHODS = (
    __repr__, __format__, __hash__, __iter__, __array__, __deepcopy__, __reduce__,
    tolist, any, all, allclose, equal, requires_grad_, register_hook, to, cpu, type_as,
    is_floating_point,
)  # fmt: skip

for _method in _METHODS:
    setattr(Tensor, _method.__name__, _method)
for _method in (to_float, to_double, to_long, to_int, to_bool):
    setattr(Tensor, _method.__name__.removeprefix("to_"), _method)
_ATTRIBUTES = {
    "__module__": "deepcore",
    "__doc__": _DOC,
    "__getattr__": _absent,
    "__array_ufunc__": None,  # so that `ndarray * tensor` reaches Tensor.__rmul__
    "device": property(_device),
    "nbytes": property(_nbytes),
}
for _name, _value in _ATTRIBUTES.items():
    setattr(Tensor, _name, _value)
