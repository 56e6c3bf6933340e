"""Docstrings of what a tensor is, of its values and its place in the graph."""

TEXTS = {
    "backward": """Adds the gradients of this tensor to `grad` of the leaves that it depends on.

Args:
    gradient: dL/dy of the tensor's shape, where y is the tensor; 1 for a tensor of one element.
    retain_graph: whether backward can be called again; else what the graph saved is released.
    create_graph: must be False: gradients are of first order.

Raises:
    RuntimeError: the tensor depends on nothing that requires a gradient, its graph was released,
        or gradient is missing.
    ValueError: create_graph is True, or gradient has another shape.

Example:
    >>> import deepcore as dc
    >>> w = dc.tensor(3.0, requires_grad=True)
    >>> (w * w).backward()
    >>> w.grad
    tensor(6.)
""",
    "clone": """A copy with memory of its own; gradients flow through it.

Example:
    >>> import deepcore as dc
    >>> x = dc.ones(2)
    >>> y = dc.clone(x).zero_()
    >>> x
    tensor([1., 1.])
""",
    "data_ptr": """The address of the first element.

Example:
    >>> import deepcore as dc
    >>> x = dc.ones(2)
    >>> x.view(2, 1).data_ptr() == x.data_ptr()
    True
""",
    "detach": """The same memory outside the graph: no gradient flows through it.

Example:
    >>> import deepcore as dc
    >>> w = dc.ones(2, requires_grad=True)
    >>> dc.detach(w).requires_grad
    False
""",
    "dim": """The number of axes.

Example:
    >>> import deepcore as dc
    >>> dc.ones(2, 3).dim()
    2
""",
    "empty_cache": """Gives the memory of freed tensors, kept for new ones, back to the system.

Example:
    >>> import deepcore as dc
    >>> dc.empty_cache()
""",
    "from_numpy": """A tensor that shares the array's memory: a write into one shows in the other.

Args:
    array: writable, contiguous in C order, of bool, uint8, int64, float32 or float64.

Raises:
    ValueError: the array is read-only or not contiguous.
    TypeError: it is no array, or of another dtype; `tensor` copies and converts.

Example:
    >>> import numpy as np
    >>> import deepcore as dc
    >>> array = np.zeros(2)
    >>> _ = dc.from_numpy(array).fill_(1)
    >>> array
    array([1., 1.])
""",
    "item": """The element of a tensor of one element, as a Python number.

Raises:
    RuntimeError: the tensor has more elements, or none.

Example:
    >>> import deepcore as dc
    >>> dc.tensor([2.5]).item()
    2.5
""",
    "numel": """The number of elements.

Example:
    >>> import deepcore as dc
    >>> dc.ones(2, 3).numel()
    6
""",
    "numpy": """An array that shares the tensor's memory.

Raises:
    RuntimeError: the tensor records a gradient; detach() it.

Example:
    >>> import deepcore as dc
    >>> dc.arange(3).numpy()
    array([0, 1, 2])
""",
    "retain_grad": """Lets backward keep this tensor's gradient in `grad`, as it does for leaves.

Raises:
    RuntimeError: the tensor does not require a gradient.

Example:
    >>> import deepcore as dc
    >>> y = dc.ones(1, requires_grad=True) * 2
    >>> y.retain_grad()
    >>> (y * 3).backward()
    >>> y.grad
    tensor([3.])
""",
    "size": """The shape as a tuple, or the size of axis `dim`.

Raises:
    IndexError: dim is out of range.

Example:
    >>> import deepcore as dc
    >>> dc.ones(2, 3).size(), dc.ones(2, 3).size(-1)
    ((2, 3), 3)
""",
}

PROPERTIES = {
    "T": """A copy with the axes in reverse order.

Example:
    >>> import deepcore as dc
    >>> dc.ones(2, 3).T.shape
    (3, 2)
""",
    "data": """The tensor's memory outside the graph; what is assigned replaces shape and values.

Raises:
    ValueError: a tensor that records a gradient is given another shape or dtype.

Example:
    >>> import deepcore as dc
    >>> w = dc.ones(2, requires_grad=True)
    >>> _ = w.data.mul_(3)
    >>> w
    tensor([3., 3.], requires_grad=True)
""",
    "device": """Where the tensor is: always the CPU.

Example:
    >>> import deepcore as dc
    >>> dc.ones(1).device
    device(type='cpu')
""",
    "dtype": """The type of the elements.

Example:
    >>> import deepcore as dc
    >>> dc.ones(1).dtype
    deepcore.float32
""",
    "grad": """The gradient that backward has added up here, of the tensor's shape; None before.

Raises:
    ValueError: a gradient of another shape or dtype is assigned.

Example:
    >>> import deepcore as dc
    >>> w = dc.ones(2, requires_grad=True)
    >>> (3 * w).sum().backward()
    >>> w.grad
    tensor([3., 3.])
""",
    "is_leaf": """Whether no recorded op made the tensor.

Example:
    >>> import deepcore as dc
    >>> w = dc.ones(2, requires_grad=True)
    >>> w.is_leaf, (w * 2).is_leaf
    (True, False)
""",
    "mT": """A copy with the last two axes exchanged.

Raises:
    IndexError: the tensor has fewer than two axes.

Example:
    >>> import deepcore as dc
    >>> dc.ones(2, 3, 4).mT.shape
    (2, 4, 3)
""",
    "nbytes": """The bytes of the elements.

Example:
    >>> import deepcore as dc
    >>> dc.ones(2, 3).nbytes
    24
""",
    "ndim": """The number of axes.

Example:
    >>> import deepcore as dc
    >>> dc.ones(2, 3).ndim
    2
""",
    "requires_grad": """Whether backward gives the tensor, or what it depends on, a gradient.

Raises:
    RuntimeError: it is set to False on a tensor that an op made.
    TypeError: it is set on a tensor that is not float32 or float64.

Example:
    >>> import deepcore as dc
    >>> w = dc.ones(2)
    >>> w.requires_grad = True
    >>> (w + 1).requires_grad
    True
""",
    "shape": """The size of each axis, as a tuple.

Example:
    >>> import deepcore as dc
    >>> dc.ones(2, 3).shape
    (2, 3)
""",
}

__test__ = TEXTS | PROPERTIES  # for doctest, which does not look into compiled methods
