"""Vocabularies: which tokens are in, in which order, to numbers and back."""

import json
import pickle

import numpy as np
import pytest

import deepcore as dc
from deepcore.data import Vocab

TEXT = "the cat and the dog and the bird"


def test_characters_come_by_code_point():
    vocab = Vocab.build("hello\nwörld 😀")
    assert vocab.itos == sorted(set("hello\nwörld 😀"))
    assert [vocab[c] for c in vocab.itos] == list(range(len(vocab)))
    numbers = vocab.encode("wörld 😀")
    assert numbers.dtype == np.int64
    assert numbers.tolist() == [vocab.stoi[c] for c in "wörld 😀"]
    assert vocab.decode(numbers) == vocab.decode(dc.tensor(numbers)) == "wörld 😀"
    assert vocab.decode(vocab.encode("")) == ""


def test_words_come_by_count():
    vocab = Vocab.build(TEXT, level="word")
    assert vocab.itos == ["the", "and", "bird", "cat", "dog"]
    assert vocab.encode("  the bird\nand ").tolist() == [0, 2, 1]
    assert vocab.decode(vocab.encode(TEXT)) == TEXT
    assert vocab.encode(["dog", "the"]).tolist() == [4, 0]
    assert ("dog" in vocab, "fish" in vocab, len(vocab)) == (True, False, 5)
    assert repr(vocab) == "Vocab(5 tokens, level='word', unknown=None)"


def test_the_rare_are_left_out():
    vocab = Vocab.build(TEXT, level="word", min_freq=2, unknown="<unk>")
    assert vocab.itos == ["<unk>", "the", "and"]
    assert vocab.encode("the fish and <unk>").tolist() == [1, 0, 2, 0]
    assert vocab.decode([1, 0]) == "the <unk>"
    assert vocab["fish"] == 0
    sized = Vocab.build(TEXT, level="word", max_size=4, unknown="<unk>", specials=("<pad>",))
    assert sized.itos == ["<unk>", "<pad>", "the", "and"]
    assert Vocab.build("aaabbc", max_size=2).itos == ["a", "b"]
    assert Vocab.build("cccbba", max_size=2).itos == ["b", "c"]


def test_the_unknown_character():
    vocab = Vocab.build("abc", unknown="?")
    assert vocab.itos == ["?", "a", "b", "c"]
    assert vocab.encode("abxc😀?\0").tolist() == [1, 2, 0, 3, 0, 0, 0]
    assert Vocab.build("ab?", unknown="?").itos == ["?", "a", "b"]
    named = Vocab.build("ab", unknown="<unk>")
    assert named.encode("a<").tolist() == [1, 0]
    assert Vocab([], unknown=None).encode("").shape == (0,)
    assert Vocab.build("a\ud800").encode("\ud800").tolist() == [1]


def test_specials_keep_their_places():
    vocab = Vocab.build("b a", level="word", unknown="<unk>", specials=["<pad>", "<unk>", "a"])
    assert vocab.itos == ["<unk>", "<pad>", "a", "b"]


def test_tokens_that_are_cut_already():
    vocab = Vocab.build((word for word in ["a", "c", "\n", "a"]), level="word", specials=["a b"])
    assert vocab.itos == ["a b", "a", "\n", "c"]
    assert vocab.encode(["c", "a b", "\n"]).tolist() == [3, 0, 2]
    assert Vocab.build(["b", "a"], specials=["<pad>"]).encode(["a", "<pad>"]).tolist() == [1, 0]
    assert Vocab(["in", "g"]).encode(["g", "in"]).tolist() == [1, 0]


SENTENCES = ["the cat sat", "the mat"]


@pytest.mark.parametrize(
    ("level", "text"),
    [
        ("word", r"words without white space, got 'the cat sat'; ' '.join\(strings\) makes one te"),
        ("char", r"single characters or specials, got 'the cat sat'; ''.join\(strings\) makes one"),
    ],
)
@pytest.mark.parametrize("unknown", ["<unk>", None])
def test_sentences_are_no_tokens(level, text, unknown):
    with pytest.raises(ValueError, match=rf"^\[Vocab\] at level='{level}' tokens must be {text}"):
        Vocab.build(SENTENCES, level=level, unknown=unknown)
    vocab = Vocab.build(" ".join(SENTENCES), level=level, unknown=unknown)
    with pytest.raises(ValueError, match=rf"^\[Vocab\] at level='{level}' tokens must be {text}"):
        vocab.encode(SENTENCES)


def test_lines_and_words_are_no_tokens_either(tmp_path):
    with pytest.raises(ValueError, match=r"words without white space, got 'cat\\n'"):
        Vocab.build(["cat\n", "mat\n"], level="word")
    with pytest.raises(ValueError, match="single characters or specials, got 'cat'; "):
        Vocab.build(["cat", "mat"])
    with pytest.raises(ValueError, match="single characters or specials, got '<pad>'; "):
        Vocab.build("abc", unknown="?")["<pad>"]
    (tmp_path / "text").write_text("a b\n")
    with open(tmp_path / "text") as file:
        with pytest.raises(TypeError, match=r"got an open file; file.read\(\) gives it"):
            Vocab.build(file)
        with pytest.raises(TypeError, match=r"got an open file; file.read\(\) gives it"):
            Vocab("ab").encode(file)


def test_it_is_kept_with_a_model(tmp_path):
    vocab = Vocab.build(TEXT, level="word", max_size=3, unknown="<unk>")
    dc.save({"model": dc.nn.Linear(2, 2).state_dict(), "vocab": vocab.state_dict()}, tmp_path / "m")
    again = [
        Vocab(**dc.load(tmp_path / "m")["vocab"]),
        Vocab(**json.loads(json.dumps(vocab.state_dict()))),
        pickle.loads(pickle.dumps(vocab)),
    ]
    for other in again:
        assert (other.itos, other.level, other.unknown) == (vocab.itos, "word", "<unk>")
        assert other.encode("the fish").tolist() == vocab.encode("the fish").tolist()


def test_what_is_not_in_it():
    with pytest.raises(
        ValueError, match=r"^\[Vocab\] expected tokens of the vocabulary, got 'x' at position 2; b"
    ):
        Vocab.build("abc").encode("abxc")
    with pytest.raises(ValueError, match="got 'fish' at position 1; build it with unknown='<unk>'"):
        Vocab.build(TEXT, level="word").encode("the fish")
    with pytest.raises(ValueError, match="got 'fish' at position 0; build it with unknown="):
        Vocab.build(TEXT, level="word")["fish"]


@pytest.mark.parametrize(
    ("make", "kind", "text"),
    [
        (lambda: Vocab.build("a", level="line"), ValueError, "level must be 'char' or 'word', got"),
        (lambda: Vocab("a", level=3), ValueError, "level must be 'char' or 'word', got 3"),
        (lambda: Vocab("aba"), ValueError, "tokens must be there once each, got 'a' twice"),
        (lambda: Vocab(["a", 1]), TypeError, "tokens must be strings, got int at position 1"),
        (lambda: Vocab("ab", unknown="c"), ValueError, "unknown must be one of the tokens, got 'c"),
        (lambda: Vocab.build("a", min_freq=0), ValueError, "min_freq must be 1 or more, got 0"),
        (lambda: Vocab.build("a", min_freq=1.5), TypeError, "min_freq must be a whole number"),
        (lambda: Vocab.build("a", max_size=True), TypeError, "max_size must be a whole number"),
        (lambda: Vocab.build("a", max_size=0), ValueError, "more than the 0 unknown and special"),
        (lambda: Vocab.build("a", max_size=1, unknown="?"), ValueError, "more than the 1 unknown"),
        (lambda: Vocab.build(b"a"), TypeError, "got bytes; decode"),
        (lambda: Vocab.build("a", specials="<pad>"), TypeError, "a list of tokens, got '<pad>'"),
        (lambda: Vocab.build(5), TypeError, "text must be a string or strings, got int"),
        (lambda: Vocab.build(["a", 5]), TypeError, "tokens must be strings, got int at position 1"),
        (lambda: Vocab.build([["a"]]), TypeError, "tokens must be strings, got list at position 0"),
        (lambda: Vocab("ab", unknown="a").encode([1]), TypeError, "strings, got int at position 0"),
        (
            lambda: Vocab(Vocab("a").state_dict()),
            TypeError,
            r"got a dict; .* with Vocab\(\*\*state",
        ),
        (lambda: Vocab("ab").encode(None), TypeError, "text must be a string or strings, got None"),
        (lambda: Vocab("ab").decode(1), ValueError, r"ids must have one axis, got shape \(\)"),
        (lambda: Vocab("ab").decode([[0]]), ValueError, r"one axis, got shape \(1, 1\)"),
        (lambda: Vocab("ab").decode([[0], [0, 1]]), ValueError, "different lengths; decode each"),
        (lambda: Vocab("ab").decode([0.5]), TypeError, "ids must be whole numbers, got float64"),
        (lambda: Vocab("ab").decode([0, 2]), IndexError, "ids must be from 0 to 1, got 2"),
        (lambda: Vocab("ab").decode([-1]), IndexError, "ids must be from 0 to 1, got -1"),
    ],
)
def test_errors(make, kind, text):
    with pytest.raises(kind, match=rf"^\[Vocab\] .*{text}"):
        make()
