"""deepcore, in the same words as PyTorch."""

from contextlib import redirect_stdout
from io import StringIO

import deepcore

from ..cases.classifier import Classifier
from ..cases.convolution import Convolution
from ..cases.network import Network
from ..cases.scalar import Scalar
from .eager import ConvolutionOp, Inference, ScalarOp, Training


class Side:
    def __init__(self, threads: int) -> None:
        deepcore.set_num_threads(threads)

    def about(self) -> list[str]:
        with redirect_stdout(StringIO()) as text:
            deepcore.show_config()
        return [" ".join(line.split()) for line in text.getvalue().splitlines()]

    def classifier(self, case: Classifier) -> Training:
        return Training(deepcore, case)

    def convolution(self, case: Convolution) -> ConvolutionOp:
        return ConvolutionOp(deepcore, case)

    def network(self, case: Network) -> Inference:
        return Inference(deepcore, case)

    def scalar(self, case: Scalar) -> ScalarOp:
        return ScalarOp(deepcore, case)
