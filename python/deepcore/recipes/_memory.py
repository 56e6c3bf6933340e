"""What the memory problems share: an LSTM and a tanh RNN on endless random sequences."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .. import nn
from .._core import Tensor
from .._creation import tensor
from .._grad import no_grad
from .._random import manual_seed, rand
from ..optim import Adam
from ._common import add_count, add_rate, add_smoke, add_training_options

CELLS = {"lstm": nn.LSTM, "rnn": nn.RNN}
TESTED = 1024  # sequences
Arrays = tuple[NDArray[Any], NDArray[Any]]


class Problem(NamedTuple):
    """`draw(generator, batch, length)` gives sequences (batch, steps, inputs) and targets."""

    draw: Callable[[np.random.Generator, int, int], Arrays]
    loss: Callable[[Tensor, Tensor], Tensor]  # of the scores (batch, steps, outputs) and targets
    inputs: int
    outputs: int
    without_memory: float  # the loss of the best answer that ignores what was read


class Network(nn.Module):
    """A recurrent layer and a dense one, at each step."""

    def __init__(self, cell: str, inputs: int, hidden: int, outputs: int) -> None:
        super().__init__()
        self.rnn = CELLS[cell](inputs, hidden, batch_first=True)
        self.fc = nn.Linear(hidden, outputs)

    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self.fc(self.rnn(x)[0])
        return scores


def add_memory_options(
    parser: argparse.ArgumentParser, *, length: tuple[int, str], lr: float, target: float
) -> None:
    """--cells, --length, --hidden, --clip, --target, and those of any training."""
    parser.add_argument("--cells", nargs="+", choices=CELLS, default=list(CELLS), help="to train")
    add_count(parser, "length", *length)
    add_count(parser, "hidden", 128, "size of the recurrent layer")
    add_training_options(parser, steps=8000, batch_size=64, lr=lr)
    add_rate(parser, "clip", 1.0, "largest norm of the gradients")
    add_rate(parser, "target", target, "training ends when the test loss is below")
    add_smoke(parser, steps=20, length=10, hidden=16)


def compare(problem: Problem, options: argparse.Namespace) -> None:
    """Trains each cell and prints its loss on sequences that it was not trained on."""
    print(f"without memory: {problem.without_memory:.4f}", flush=True)
    for cell in options.cells:
        manual_seed(options.seed)
        model = Network(cell, problem.inputs, options.hidden, problem.outputs)
        start = perf_counter()
        steps, loss = fit(cell, model, problem, options)
        seconds = perf_counter() - start
        print(f"{cell}: {loss:.4f} after {steps:,} steps, {seconds:.1f} s", flush=True)


def fit(
    cell: str, model: Network, problem: Problem, options: argparse.Namespace
) -> tuple[int, float]:
    """Trains until the test loss is below the target; returns the steps and that loss."""
    rng = np.random.default_rng(options.seed)
    test = tensors(problem, rng, TESTED, options.length)
    if cell == "lstm":
        remember(model.rnn, test[0].shape[1])
    adam = Adam(model.parameters(), lr=options.lr)
    every = -(-options.steps // 20)
    for step in range(1, options.steps + 1):
        x, y = tensors(problem, rng, options.batch_size, options.length)
        adam.zero_grad()
        problem.loss(model(x), y).backward()
        nn.utils.clip_grad_norm_(model.parameters(), options.clip)
        adam.step()
        if step % every == 0 or step == options.steps:
            loss = evaluate(model, problem, *test)
            print(f"{cell} step {step}/{options.steps}: loss {loss:.4f}", file=sys.stderr)
            if loss < options.target:
                break
    return step, loss


@no_grad()
def remember(lstm: nn.LSTM, steps: int) -> None:
    """Draws the biases of gates so that units keep what they hold for 1 to `steps` - 1 steps.

    Forget gates start at ln u, u uniform from 1 to steps - 1, and input gates at -ln u.

    Reference: Tallec and Ollivier, "Can recurrent neural networks warp time?", 2018.
    """
    h = lstm.hidden_size
    log_u = (1 + (steps - 2) * rand(h)).log()
    bias = lstm.get_parameter("bias_ih_l0")
    bias[:h], bias[h : 2 * h] = -log_u, log_u


@no_grad()
def evaluate(model: Network, problem: Problem, x: Tensor, y: Tensor) -> float:
    return problem.loss(model(x), y).item()


def tensors(problem: Problem, rng: np.random.Generator, *size: int) -> tuple[Tensor, Tensor]:
    x, y = problem.draw(rng, *size)
    return tensor(x), tensor(y)
