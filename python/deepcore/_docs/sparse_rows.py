"""The docstring of SparseRows."""

TEXT = """A gradient most rows of which are zero, as the others; `nn.Embedding(sparse=True)` has it.

    dense[indices[i]] = values[i], and zero elsewhere

It is immutable but for the elements of `values` and `zero_()`, which leaves no row; `clone()`
copies, `to(dtype)` converts, `to_dense()` gives the whole gradient. Backward adds to it: rows that
both have are added, others stay as they are. `optim.SGD` without momentum and weight_decay,
`optim.Adagrad` without weight_decay and `optim.SparseAdam` update the rows in `indices` and no
others; every other optimizer and clipping raise a TypeError.

Args:
    indices: whole numbers (n,), in any order; the values of repeats are added, in their order.
    values: floats (n, ...), a row for each index.
    shape: of the whole, (rows, ...).

Attributes:
    indices: increasing, each once; a copy.
    values: the row of each index, to be written in place, too.
    shape: of the whole.
    dtype: of the values.

Raises:
    ValueError: the shapes do not fit each other.
    IndexError: an index is not in 0 to rows − 1.
    TypeError: indices are not whole numbers, or values not floats.

Example:
    >>> import deepcore as dc
    >>> rows = dc.SparseRows([2, 0, 2], [[1.0], [5.0], [3.0]], (4, 1))
    >>> rows
    SparseRows(indices=tensor([0, 2]), values=tensor([[5.],
            [4.]]), shape=(4, 1))
    >>> rows.to_dense().tolist()
    [[5.0], [0.0], [4.0], [0.0]]
"""
