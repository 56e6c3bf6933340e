"""The convolutional network of PyTorch's MNIST example."""

from __future__ import annotations

from .. import nn


def mnist_cnn(num_classes: int = 10, in_channels: int = 1) -> nn.Sequential:
    """The network of PyTorch's MNIST example: 1,199,882 parameters, 99 % on MNIST.

    Convolutions of 32 and 64 channels, 3x3, a pooling by 2 and dense layers of 128 and
    `num_classes`, with dropout before both. It gives logarithms of probabilities, which `nll_loss`
    takes, and `cross_entropy` with the same result.

    Args:
        num_classes: the number K of classes.
        in_channels: the channels C of the images.

    Shape:
        Input (N, C, 28, 28), output (N, K).

    Raises:
        ValueError: the images have another size.

    Reference: https://github.com/pytorch/examples/tree/main/mnist

    Example:
        >>> import deepcore as dc
        >>> dc.models.mnist_cnn()(dc.zeros(2, 1, 28, 28)).shape
        (2, 10)
    """
    return nn.Sequential(
        {
            "conv1": nn.Conv2d(in_channels, 32, 3),
            "relu1": nn.ReLU(),
            "conv2": nn.Conv2d(32, 64, 3),
            "relu2": nn.ReLU(),
            "pool": nn.MaxPool2d(2),
            "dropout1": nn.Dropout(0.25),
            "flatten": nn.Flatten(),
            "fc1": nn.Linear(64 * 12 * 12, 128),
            "relu3": nn.ReLU(),
            "dropout2": nn.Dropout(0.5),
            "fc2": nn.Linear(128, num_classes),
            "log_softmax": nn.LogSoftmax(dim=1),
        }
    )
