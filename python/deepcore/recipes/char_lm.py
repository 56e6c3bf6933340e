"""Character language model: an LSTM learns tinyshakespeare and continues it.

Embedding 128, two LSTM layers of 256 and scores of the next character. The first 90 % of 1,115,394
characters train, as 32 streams in windows of 64 whose states carry over (truncated back-propagation
through time); the rest validates. Adam 2e-3, gradients clipped to a norm of 1.
Validation of seed 0: 1.61 nats a character after 1,000 steps.

Reference: https://github.com/karpathy/char-rnn
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from itertools import chain, count, islice
from time import perf_counter

from .. import Tensor, manual_seed, nn, no_grad, tensor
from ..data import BPTTLoader, Vocab, datasets
from ..nn.functional import cross_entropy
from ..optim import Adam
from ._common import add_count, add_rate, add_smoke, add_training_options

States = tuple[Tensor, ...]


class CharLM(nn.Module):
    """Scores of the next character at each step, and the states in which the LSTM ends."""

    def __init__(self, characters: int, embedding: int, hidden: int, layers: int) -> None:
        super().__init__()
        self.embed = nn.Embedding(characters, embedding)
        self.lstm = nn.LSTM(embedding, hidden, layers)
        self.fc = nn.Linear(hidden, characters)

    def forward(self, x: Tensor, states: States | None = None) -> tuple[Tensor, States]:
        y, ends = self.lstm(self.embed(x), states)
        return self.fc(y), tuple(state.detach() for state in ends)


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `deepcore train char-lm`."""
    parser.add_argument("--data", metavar="PATH", help="a text file, or the folder of input.txt")
    add_training_options(parser, steps=1000, batch_size=32, lr=2e-3)
    add_count(parser, "window", 64, "characters that gradients go back through")
    add_count(parser, "embedding", 128, "size of a character's vector")
    add_count(parser, "hidden", 256, "size of an LSTM layer")
    add_count(parser, "layers", 2, "LSTM layers")
    add_rate(parser, "clip", 1.0, "largest norm of the gradients")
    add_count(parser, "sample", 500, "characters to write")
    parser.add_argument("--prompt", help="text to go on from, a line's end unless given")
    add_rate(parser, "temperature", 0.8, "how freely they are drawn")
    add_smoke(parser, steps=20, window=16, hidden=32, sample=20)


def run(options: argparse.Namespace) -> None:
    """Trains, validates and writes."""
    manual_seed(options.seed)
    texts = datasets.tinyshakespeare(options.data, download=options.data is None)
    least, size = 10 * options.batch_size + 1, sum(map(len, texts))
    if size < least:
        raise ValueError(
            f"[char-lm] --data must have {least} characters or more for --batch-size "
            f"{options.batch_size}, got {size}; the last tenth validates."
        )
    vocab = Vocab.build("".join(texts))
    prompt = options.prompt or ("\n" if "\n" in vocab else vocab.itos[0])
    if others := [character for character in prompt if character not in vocab]:
        raise ValueError(f"[char-lm] --prompt must be of the text's characters, got {others[0]!r}.")
    cut = options.batch_size, options.window
    train, held_out = (BPTTLoader(vocab.encode(text), *cut) for text in texts)
    model = CharLM(len(vocab), options.embedding, options.hidden, options.layers)
    print(model, flush=True)
    start = perf_counter()
    fit(model, train, options)
    seconds = perf_counter() - start
    nats = validate(model, held_out)
    print(f"validation {nats:.3f} nats a character; trained in {seconds:.1f} s")
    print(prompt + vocab.decode(write(model, vocab.encode(prompt).tolist(), options)))


def fit(model: CharLM, loader: BPTTLoader, options: argparse.Namespace) -> None:
    """Trains for some steps, and tells the loss of the first and ten times after."""
    adam = Adam(model.parameters(), lr=options.lr)
    every = -(-options.steps // 10)
    passes = chain.from_iterable(windows(model, loader) for _ in count())
    for step, (loss, _) in enumerate(islice(passes, options.steps), 1):
        adam.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), options.clip)
        adam.step()
        if step % every == 0 or step in (1, options.steps):
            print(f"step {step}/{options.steps}: loss {loss.item():.4f}", file=sys.stderr)


def windows(model: CharLM, loader: BPTTLoader) -> Iterator[tuple[Tensor, int]]:
    """The mean loss of each window of one pass, and its characters; states begin at zero."""
    states = None
    for x, y in loader:
        scores, states = model(x, states)
        yield cross_entropy(scores.flatten(0, 1), y.flatten()), y.numel()


@no_grad()
def validate(model: CharLM, loader: BPTTLoader) -> float:
    """The mean loss of one pass, in nats a character."""
    parts = [(loss.item() * size, size) for loss, size in windows(model, loader)]
    return sum(total for total, _ in parts) / sum(size for _, size in parts)


@no_grad()
def write(model: CharLM, prompt: list[int], options: argparse.Namespace) -> list[int]:
    """Draws characters from softmax(scores / temperature), each after all before it."""
    x, states, written = tensor(prompt)[:, None], None, []
    for _ in range(options.sample):
        scores, states = model(x, states)
        written.append(int((scores[-1, 0] / options.temperature).softmax(0).multinomial(1)))
        x = tensor([written[-1:]])
    return written
