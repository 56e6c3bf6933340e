"""LeNet-5: two convolutions and three dense layers."""

from __future__ import annotations

from .. import nn


def lenet5(num_classes: int = 10, in_channels: int = 1) -> nn.Sequential:
    """LeNet-5 with ReLU and max pooling: 61,706 parameters.

    Convolutions of 6 and 16 channels, 5x5, each with a pooling by 2, and dense layers of 120, 84
    and `num_classes`.

    Args:
        num_classes: the number K of scores.
        in_channels: the channels C of the images.

    Shape:
        Input (N, C, 28, 28), output (N, K).

    Raises:
        ValueError: the images have another size.

    Reference: Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to
        document recognition", 1998.

    Example:
        >>> import deepcore as dc
        >>> dc.models.lenet5()(dc.zeros(2, 1, 28, 28)).shape
        (2, 10)
    """
    return nn.Sequential(
        {
            "conv1": nn.Conv2d(in_channels, 6, 5, padding=2),
            "relu1": nn.ReLU(),
            "pool1": nn.MaxPool2d(2),
            "conv2": nn.Conv2d(6, 16, 5),
            "relu2": nn.ReLU(),
            "pool2": nn.MaxPool2d(2),
            "flatten": nn.Flatten(),
            "fc1": nn.Linear(16 * 5 * 5, 120),
            "relu3": nn.ReLU(),
            "fc2": nn.Linear(120, 84),
            "relu4": nn.ReLU(),
            "fc3": nn.Linear(84, num_classes),
        }
    )
