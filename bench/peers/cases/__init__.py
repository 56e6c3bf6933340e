"""The cases by name: what is computed. How a framework computes it is in sides/."""

from . import convnets, convolution, mlp, network, recurrent, resnet20, scalar

_FILES = (mlp, scalar, convnets, resnet20, convolution, network, recurrent)
CASES = {case.name: case for file in _FILES for case in file.CASES}
