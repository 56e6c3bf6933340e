"""The classic convolutional networks, with torchvision's names, keys and initial weights.

model = resnet18(num_classes=10)
"""

from typing import Any

from .._names import suggest
from .alexnet import AlexNet, alexnet
from .cifar_resnet import CifarResNet, resnet20, resnet32, resnet56
from .googlenet import GoogLeNet, GoogLeNetOutputs, googlenet
from .inception import Inception3, InceptionOutputs, inception_v3
from .lenet import lenet5
from .mnist_cnn import mnist_cnn
from .resnet import ResNet, resnet18, resnet34, resnet50
from .vgg import VGG, vgg11, vgg11_bn, vgg13, vgg13_bn, vgg16, vgg16_bn, vgg19, vgg19_bn

__all__ = [
    "VGG",
    "AlexNet",
    "CifarResNet",
    "GoogLeNet",
    "GoogLeNetOutputs",
    "Inception3",
    "InceptionOutputs",
    "ResNet",
    "alexnet",
    "googlenet",
    "inception_v3",
    "lenet5",
    "mnist_cnn",
    "resnet18",
    "resnet20",
    "resnet32",
    "resnet34",
    "resnet50",
    "resnet56",
    "vgg11",
    "vgg11_bn",
    "vgg13",
    "vgg13_bn",
    "vgg16",
    "vgg16_bn",
    "vgg19",
    "vgg19_bn",
]


def __dir__() -> list[str]:
    return sorted(__all__)


def __getattr__(name: str) -> Any:
    raise AttributeError(suggest("models", name, __all__))
