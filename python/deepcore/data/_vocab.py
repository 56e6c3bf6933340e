"""Vocab: the characters or words of a text, and their numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._check import check_whole
from ._convert import to_array

_LEVELS = ("char", "word")
_SHOWN = 40  # characters of a wrong value that an error repeats


class Vocab:
    """The tokens of a text, numbered 0 … len − 1: characters, or words between white space.

    `vocab[token]` is a token's number, `vocab.itos[number]` the token, `token in vocab` whether it
    has one of its own. Plain attributes, so it pickles; `state_dict()` has only strings and lists,
    which JSON takes, `deepcore.save` beside a model's state, and `Vocab(**state)` back.

    Args:
        itos: the tokens in the order of their numbers, none twice.
        level: "char" or "word": how `encode` cuts a string, and what `decode` puts between tokens.
        unknown: the token among them that stands for all others; without it, others are errors.

    Raises:
        ValueError: a token comes twice, unknown is none of them, or level is another word.
        TypeError: a token is no string, or itos a dict.

    Example:
        >>> from deepcore.data import Vocab
        >>> vocab = Vocab.build("hello world")
        >>> vocab.encode("hero")
        array([3, 2, 6, 5])
        >>> vocab.decode([3, 2, 6, 5]), len(vocab)
        ('hero', 8)
        >>> words = Vocab.build("to be or not to be", level="word", max_size=3, unknown="<unk>")
        >>> words.itos, words.encode("not to be").tolist()
        (['<unk>', 'be', 'to'], [0, 2, 1])
        >>> Vocab(**words.state_dict()).decode([2, 1])
        'to be'
    """

    def __init__(
        self, itos: Iterable[str], level: str = "char", unknown: str | None = None
    ) -> None:
        _check_level(level)
        if isinstance(itos, Mapping):
            raise TypeError(
                f"[Vocab] itos must be a list of tokens, got a {type(itos).__name__}; a state dict "
                "is taken back with Vocab(**state)."
            )
        self.itos = list(itos)
        self.level = level
        self.unknown = unknown
        _check_strings(self.itos)
        self.stoi = {token: number for number, token in enumerate(self.itos)}
        if len(self.stoi) < len(self.itos):
            twice = next(t for t, number in Counter(self.itos).items() if number > 1)
            raise ValueError(f"[Vocab] tokens must be there once each, got {twice!r} twice.")
        if unknown is not None and unknown not in self.stoi:
            raise ValueError(f"[Vocab] unknown must be one of the tokens, got {unknown!r}.")

    @classmethod
    def build(
        cls,
        text: str | Iterable[str],
        *,
        level: str = "char",
        min_freq: int = 1,
        max_size: int | None = None,
        unknown: str | None = None,
        specials: Sequence[str] = (),
    ) -> Vocab:
        """The vocabulary of a text.

        The unknown token, if wanted, comes first, then the specials, then the rest: characters by
        their code points, words by falling count, and equally frequent ones alphabetically.

        Args:
            text: a string, or tokens that are already cut: characters, or words without white
                space.
            level: "char", or "word" for what `str.split()` gives.
            min_freq: leave out tokens that come less often.
            max_size: how many tokens there may be, unknown and specials included; the most
                frequent ones stay.
            unknown: the token for all others, such as "<unk>".
            specials: tokens that are there whatever the text has, such as "<pad>".

        Raises:
            ValueError: min_freq is below 1, max_size leaves no room for a token of the text, or a
                token is not cut as level says, such as a sentence among words.
            TypeError: one of them is no whole number, specials is a string, or text has other
                things than strings.
        """
        _check_level(level)
        check_whole("Vocab", "min_freq", min_freq)
        if min_freq < 1:
            raise ValueError(f"[Vocab] min_freq must be 1 or more, got {min_freq}.")
        if isinstance(specials, str):
            raise TypeError(f"[Vocab] specials must be a list of tokens, got {specials!r}.")
        first = list(dict.fromkeys([*([] if unknown is None else [unknown]), *specials]))
        room = _room(max_size, len(first))
        counts = Counter(_tokens(text, level))
        _check_cut((token for token in counts if token not in first), level)
        kept = [t for t, count in counts.items() if count >= min_freq and t not in first]
        kept = sorted(kept, key=lambda token: (-counts[token], token))[:room]
        return cls([*first, *(sorted(kept) if level == "char" else kept)], level, unknown)

    def encode(self, text: str | Iterable[str]) -> NDArray[np.int64]:
        """The numbers (N,) of a string's tokens, or of tokens that are already cut.

        Raises:
            ValueError: a token is not in the vocabulary, which has no unknown token, or is not cut
                as level says.
            TypeError: a token is no string.
        """
        if isinstance(text, str) and self.level == "char":
            return self._encode_characters(text)
        tokens = _tokens(text, self.level)
        if not isinstance(text, str):
            _check_cut((token for token in tokens if token not in self.stoi), self.level)
        other = -1 if self.unknown is None else self.stoi[self.unknown]
        numbers = np.fromiter((self.stoi.get(t, other) for t in tokens), np.int64, len(tokens))
        self._check_known(numbers, tokens)
        return numbers

    def decode(self, ids: Any) -> str:
        """The text of numbers: characters side by side, words with a space between.

        Args:
            ids: a list, array or Tensor of whole numbers.

        Shape:
            ids: (N,).

        Raises:
            ValueError: ids has not one axis.
            TypeError: ids are no whole numbers.
            IndexError: one is not from 0 to len − 1.
        """
        one_axis, hint = "[Vocab] ids must have one axis", "decode each sequence by itself"
        array = to_array(ids, one_axis, hint)
        if array.ndim != 1:
            raise ValueError(f"{one_axis}, got shape {array.shape}; {hint}.")
        if array.size and array.dtype.kind not in "iu":
            raise TypeError(f"[Vocab] ids must be whole numbers, got {array.dtype.name}.")
        outside = array[(array < 0) | (array >= len(self))]
        if outside.size:
            raise IndexError(f"[Vocab] ids must be from 0 to {len(self) - 1}, got {outside[0]}.")
        return ("" if self.level == "char" else " ").join(self.itos[i] for i in array.tolist())

    def state_dict(self) -> dict[str, Any]:
        """What `Vocab(**state)` needs: strings, a list of them and perhaps None."""
        return {"itos": list(self.itos), "level": self.level, "unknown": self.unknown}

    def __getitem__(self, token: str) -> int:
        return int(self.encode([token])[0])

    def __contains__(self, token: object) -> bool:
        return token in self.stoi

    def __len__(self) -> int:
        return len(self.itos)

    def __repr__(self) -> str:
        return f"Vocab({len(self)} tokens, level={self.level!r}, unknown={self.unknown!r})"

    def _encode_characters(self, text: str) -> NDArray[np.int64]:
        # 13 ms a million characters by a table of code points, 60 by looking each up.
        known = {ord(token): number for token, number in self.stoi.items() if len(token) == 1}
        other = -1 if self.unknown is None else self.stoi[self.unknown]
        table = np.full(max(known, default=0) + 2, other, np.int64)
        table[list(known)] = list(known.values())
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
        numbers: NDArray[np.int64] = table[np.minimum(codes, len(table) - 1)]
        self._check_known(numbers, text)
        return numbers

    def _check_known(self, numbers: NDArray[np.int64], tokens: Sequence[str]) -> None:
        if self.unknown is None and (numbers < 0).any():
            position = int(np.argmax(numbers < 0))
            raise ValueError(
                f"[Vocab] expected tokens of the vocabulary, got {tokens[position]!r} at position "
                f"{position}; build it with unknown='<unk>' to have a token for all others."
            )


def _tokens(text: Any, level: str) -> Sequence[str]:
    if isinstance(text, bytes):
        raise TypeError("[Vocab] text must be a string or strings, got bytes; decode() them.")
    if isinstance(text, str):
        return text if level == "char" else text.split()
    if hasattr(text, "read"):
        raise TypeError(
            "[Vocab] text must be a string or strings, got an open file; file.read() gives it."
        )
    if not isinstance(text, Iterable):
        kind = type(text).__name__
        raise TypeError(f"[Vocab] text must be a string or strings, got {kind}.")
    tokens = list(text)
    _check_strings(tokens)
    return tokens


def _check_strings(tokens: Sequence[Any]) -> None:
    for position, token in enumerate(tokens):
        if not isinstance(token, str):
            kind = type(token).__name__
            raise TypeError(f"[Vocab] tokens must be strings, got {kind} at position {position}.")


def _check_cut(tokens: Iterable[str], level: str) -> None:
    """ValueError for a token that `encode` would never cut from a string."""
    for token in tokens:
        if level == "char" and len(token) > 1:
            raise ValueError(
                "[Vocab] at level='char' tokens must be single characters or specials, got "
                f"{token[:_SHOWN]!r}; ''.join(strings) makes one text, level='word' takes words."
            )
        # White space alone may stand for itself, as a line's end does in some texts.
        if level == "word" and token.split() not in ([token], []):
            raise ValueError(
                "[Vocab] at level='word' tokens must be words without white space, got "
                f"{token[:_SHOWN]!r}; ' '.join(strings) makes one text of sentences."
            )


def _room(max_size: int | None, taken: int) -> int | None:
    if max_size is None:
        return None
    check_whole("Vocab", "max_size", max_size)
    if max_size <= taken:
        raise ValueError(
            f"[Vocab] max_size must be more than the {taken} unknown and special tokens, got "
            f"{max_size}."
        )
    return max_size - taken


def _check_level(level: object) -> None:
    if level not in _LEVELS:
        shown = repr(level)[:_SHOWN]
        raise ValueError(f"[Vocab] level must be 'char' or 'word', got {shown}.")
