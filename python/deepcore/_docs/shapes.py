"""Docstrings of what changes a shape, joins and parts."""

TEXTS = {
    "cat": """The tensors one after another along axis `dim`, also called `axis`.

Shape:
    The shapes are equal but for axis dim, whose sizes are added.

Raises:
    ValueError: no tensors, or shapes that do not fit.
    IndexError: dim is out of range.

Example:
    >>> import deepcore as dc
    >>> dc.cat([dc.zeros(2), dc.ones(1)])
    tensor([0., 0., 1.])
""",
    "chunk": """The tensor in at most `chunks` parts along axis `dim`, also called `axis`.

All parts have size ⌈n / chunks⌉ but the last, which may be smaller. Parts of axis 0 share the
tensor's memory.

Raises:
    ValueError: chunks is below 1.
    IndexError: dim is out of range.

Example:
    >>> import deepcore as dc
    >>> dc.chunk(dc.arange(5), 2)
    (tensor([0, 1, 2]), tensor([3, 4]))
""",
    "contiguous": """The tensor itself: every tensor lies in row-major order.

Example:
    >>> import deepcore as dc
    >>> dc.ones(2, 3).t().contiguous().shape
    (3, 2)
""",
    "expand": """A copy with axes of size 1 repeated, and new axes in front: `expand(2, 3)`.

Args:
    sizes: the new sizes; −1 keeps one.

Raises:
    ValueError: an axis is neither of its new size nor of size 1.

Example:
    >>> import deepcore as dc
    >>> dc.tensor([[1], [2]]).expand(-1, 3)
    tensor([[1, 1, 1],
            [2, 2, 2]])
""",
    "expand_as": """`expand` to other's shape.

Raises:
    ValueError: an axis is neither of its new size nor of size 1.

Example:
    >>> import deepcore as dc
    >>> dc.tensor([1, 2]).expand_as(dc.ones(3, 2)).shape
    (3, 2)
""",
    "flatten": """Axes start_dim to end_dim as one, in the same memory.

Raises:
    IndexError: an axis is out of range.
    ValueError: start_dim comes after end_dim.

Example:
    >>> import deepcore as dc
    >>> dc.flatten(dc.ones(2, 3, 4), 1).shape
    (2, 12)
""",
    "flip": """A copy in reverse order along the axes `dims`.

Raises:
    IndexError: an axis is out of range.

Example:
    >>> import deepcore as dc
    >>> dc.flip(dc.tensor([1, 2, 3]), (0,))
    tensor([3, 2, 1])
""",
    "permute": """A copy with the axes in another order: axis k of the result is axis dims[k].

Raises:
    ValueError: dims does not name each axis once.
    IndexError: an axis is out of range.

Example:
    >>> import deepcore as dc
    >>> dc.permute(dc.ones(2, 3, 4), (2, 0, 1)).shape
    (4, 2, 3)
""",
    "reshape": """The same elements in row-major order, in the same memory, under another shape.

Args:
    shape: the sizes, of which one may be −1: what is left.

Raises:
    ValueError: the shape does not hold the tensor's elements.

Example:
    >>> import deepcore as dc
    >>> dc.reshape(dc.arange(6), (2, -1))
    tensor([[0, 1, 2],
            [3, 4, 5]])
""",
    "reshape_as": """`reshape` to other's shape.

Raises:
    ValueError: the shape does not hold the tensor's elements.

Example:
    >>> import deepcore as dc
    >>> dc.arange(6).reshape_as(dc.ones(2, 3)).shape
    (2, 3)
""",
    "split": """The tensor in parts along axis `dim`, also called `axis`.

Parts of axis 0 share the tensor's memory.

Args:
    split_size: the size of all parts but the last, which may be smaller; or a list of sizes.

Raises:
    ValueError: a size below 1, or a list whose sum is not the axis's size.
    IndexError: dim is out of range.

Example:
    >>> import deepcore as dc
    >>> dc.split(dc.arange(5), [2, 3])
    (tensor([0, 1]), tensor([2, 3, 4]))
""",
    "squeeze": """The tensor without its axes of size 1, or without axis `dim` if its size is 1.

It shares the tensor's memory; `dim` is also called `axis`.

Raises:
    IndexError: dim is out of range.

Example:
    >>> import deepcore as dc
    >>> dc.squeeze(dc.ones(1, 3, 1)).shape, dc.squeeze(dc.ones(1, 3, 1), 0).shape
    ((3,), (3, 1))
""",
    "stack": """The tensors side by side along a new axis `dim`, also called `axis`.

Raises:
    ValueError: no tensors, or shapes that differ.
    IndexError: dim is out of range.

Example:
    >>> import deepcore as dc
    >>> dc.stack([dc.zeros(2), dc.ones(2)], 1)
    tensor([[0., 1.],
            [0., 1.]])
""",
    "t": """The transpose of a matrix, a copy; fewer than two axes stay as they are.

Raises:
    ValueError: the tensor has more than two axes.

Example:
    >>> import deepcore as dc
    >>> dc.t(dc.ones(2, 3)).shape
    (3, 2)
""",
    "transpose": """A copy with two axes exchanged.

Raises:
    IndexError: an axis is out of range.

Example:
    >>> import deepcore as dc
    >>> dc.transpose(dc.ones(2, 3, 4), 0, 2).shape
    (4, 3, 2)
""",
    "unbind": """The slices of axis `dim`, also called `axis`, which they no longer have.

Those of axis 0 share the tensor's memory.

Raises:
    IndexError: dim is out of range.

Example:
    >>> import deepcore as dc
    >>> dc.unbind(dc.tensor([[1, 2], [3, 4]]), 1)
    (tensor([1, 3]), tensor([2, 4]))
""",
    "unflatten": """Axis `dim` cut into several of the given sizes, in the same memory.

Args:
    dim: the axis.
    sizes: the new sizes, of which one may be −1: what is left.

Raises:
    ValueError: the sizes' product is not the axis's size.
    IndexError: dim is out of range.

Example:
    >>> import deepcore as dc
    >>> dc.unflatten(dc.ones(2, 12), 1, (3, -1)).shape
    (2, 3, 4)
""",
    "unsqueeze": """The tensor with a new axis of size 1 before axis `dim`, in the same memory.

Raises:
    IndexError: dim, also called `axis`, is out of range.

Example:
    >>> import deepcore as dc
    >>> dc.unsqueeze(dc.ones(3), 0).shape, dc.unsqueeze(dc.ones(3), -1).shape
    ((1, 3), (3, 1))
""",
    "view": """`reshape` under PyTorch's other name.

Raises:
    ValueError: the shape does not hold the tensor's elements.

Example:
    >>> import deepcore as dc
    >>> dc.arange(6).view(2, 3).shape
    (2, 3)
""",
    "view_as": """`reshape` to other's shape.

Raises:
    ValueError: the shape does not hold the tensor's elements.

Example:
    >>> import deepcore as dc
    >>> dc.arange(6).view_as(dc.ones(2, 3)).shape
    (2, 3)
""",
}

__test__ = TEXTS  # for doctest, which does not look into compiled methods
