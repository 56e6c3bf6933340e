"""Docstrings of sums, extremes, softmax and products."""

TEXTS = {
    "argmax": """The index of the largest element: along axis `dim`, or in the flattened tensor.

The first of equals counts; NaN is larger than all numbers.

Args:
    dim: the axis, also called `axis`; None flattens.
    keepdim: whether the axis stays, of size 1.

Raises:
    IndexError: dim is out of range.
    ValueError: there is no element to choose from.

Example:
    >>> import deepcore as dc
    >>> dc.argmax(dc.tensor([[1, 5, 2], [9, 0, 3]]), 1)
    tensor([1, 0])
""",
    "argmin": """The index of the smallest element: along axis `dim`, or in the flattened tensor.

The first of equals counts; NaN is smaller than all numbers.

Args:
    dim: the axis, also called `axis`; None flattens.
    keepdim: whether the axis stays, of size 1.

Raises:
    IndexError: dim is out of range.
    ValueError: there is no element to choose from.

Example:
    >>> import deepcore as dc
    >>> dc.argmin(dc.tensor([[1, 5, 2], [9, 0, 3]]), 1)
    tensor([0, 1])
""",
    "linear": """y = x Wᵀ + b, the layer `nn.Linear` as a function.

Args:
    activation: what is applied to y in the same pass.
    slope: of a leaky ReLU.

Shape:
    Input x (..., in), weight W (out, in), bias b (out,) or None, output (..., out).

Raises:
    ValueError: the shapes do not fit.
    TypeError: the dtypes differ, or are not float32 or float64.

Example:
    >>> import deepcore as dc
    >>> x, w = dc.ones(1, 2), dc.tensor([[1.0, 2.0], [3.0, 4.0]])
    >>> dc.nn.functional.linear(x, w, dc.tensor([0.0, 1.0]))
    tensor([[3., 8.]])
""",
    "log_softmax": """The logarithm of softmax along axis `dim`: x − log Σ eˣ.

Args:
    dim: the axis, also called `axis`.
    dtype: what the elements are converted to before.

Shape:
    The output has the input's.

Raises:
    IndexError: dim is out of range.
    TypeError: the elements are not float32 or float64.

Example:
    >>> import deepcore as dc
    >>> f"{dc.log_softmax(dc.zeros(2), 0)[0]:.4f}"
    '-0.6931'
""",
    "logsumexp": """log Σ eˣ over the axes `dim`, without overflow.

Args:
    dim: an axis or several, also called `axis`; None takes all.
    keepdim: whether the axes stay, of size 1.

Raises:
    IndexError: an axis is out of range.
    TypeError: the elements are not float32 or float64.

Example:
    >>> import deepcore as dc
    >>> f"{dc.logsumexp(dc.tensor([100.0, 100.0])):.2f}"
    '100.69'
""",
    "matmul": """The matrix product: Σ_k a_ik b_kj, for each of the leading axes.

Shape:
    (..., N, K) and (..., K, M) give (..., N, M), where the leading axes broadcast. A tensor of one
    axis serves as a row in front or a column behind, and its axis is left out of the output.

Raises:
    ValueError: the shapes do not fit.
    TypeError: the dtypes differ, or are not float32 or float64.

Example:
    >>> import deepcore as dc
    >>> dc.matmul(dc.tensor([[1.0, 2.0], [3.0, 4.0]]), dc.tensor([1.0, 1.0]))
    tensor([3., 7.])
""",
    "max": """The largest element of all, or along axis `dim` its value and index.

NaN is larger than all numbers. Equals share the gradient of the largest of all; along an
axis it goes to the first of them.

Args:
    other: a Tensor: the larger of each two elements, as `maximum` gives it.
    dim: the axis, also called `axis`.
    keepdim: whether the axis stays, of size 1.

Raises:
    IndexError: dim is out of range.
    ValueError: there is no element to choose from.

Example:
    >>> import deepcore as dc
    >>> x = dc.tensor([[1, 5, 2], [9, 0, 3]])
    >>> dc.max(x)
    tensor(9)
    >>> values, indices = dc.max(x, 1)
    >>> values, indices
    (tensor([5, 9]), tensor([1, 0]))
""",
    "mean": """The mean Σ x / n over the axes `dim`.

Args:
    dim: an axis or several, also called `axis`; None takes all.
    keepdim: whether the axes stay, of size 1.
    dtype: what the elements are converted to before.

Raises:
    IndexError: an axis is out of range.
    TypeError: the elements are not float32 or float64.

Example:
    >>> import deepcore as dc
    >>> dc.mean(dc.tensor([[1.0, 2.0], [3.0, 4.0]]), 0)
    tensor([2., 3.])
""",
    "min": """The smallest element of all, or along axis `dim` its value and index.

NaN is smaller than all numbers. Equals share the gradient of the smallest of all; along an
axis it goes to the first of them.

Args:
    other: a Tensor: the smaller of each two elements, as `minimum` gives it.
    dim: the axis, also called `axis`.
    keepdim: whether the axis stays, of size 1.

Raises:
    IndexError: dim is out of range.
    ValueError: there is no element to choose from.

Example:
    >>> import deepcore as dc
    >>> x = dc.tensor([[1, 5, 2], [9, 0, 3]])
    >>> dc.min(x)
    tensor(0)
    >>> dc.min(x, 1).indices
    tensor([0, 1])
""",
    "softmax": """Probabilities along axis `dim`: eˣ / Σ eˣ, without overflow.

Args:
    dim: the axis, also called `axis`.
    dtype: what the elements are converted to before.

Shape:
    The output has the input's.

Raises:
    IndexError: dim is out of range.
    TypeError: the elements are not float32 or float64.

Example:
    >>> import deepcore as dc
    >>> dc.softmax(dc.zeros(2, 4), 1)[0]
    tensor([0.25, 0.25, 0.25, 0.25])
""",
    "sum": """The sum Σ x over the axes `dim`; whole numbers and bool are summed in int64.

Args:
    dim: an axis or several, also called `axis`; None takes all.
    keepdim: whether the axes stay, of size 1.
    dtype: what the elements are converted to before.

Raises:
    IndexError: an axis is out of range.

Example:
    >>> import deepcore as dc
    >>> dc.sum(dc.tensor([[1, 2], [3, 4]]), 1, keepdim=True)
    tensor([[3],
            [7]])
""",
    "var": """The variance Σ (x − m)² / (n − correction) over the axes `dim`, m the mean.

Args:
    dim: an axis or several, also called `axis`; None takes all.
    correction: 1 for the unbiased estimate, 0 for the population's variance.
    keepdim: whether the axes stay, of size 1.
    unbiased: correction's older name: True is 1, False is 0.

Raises:
    IndexError: an axis is out of range.
    TypeError: the elements are not float32 or float64.

Example:
    >>> import deepcore as dc
    >>> dc.var(dc.tensor([1.0, 2.0, 3.0]))
    tensor(1.)
""",
}

__test__ = TEXTS  # for doctest, which does not look into compiled methods
