"""The command `deepcore`: trains recipes and says what this build is.

Without a command it prints its help. Errors are one line on stderr: status 2 for a command that
was not understood, 1 for one that failed, 130 after Ctrl-C.
"""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from types import ModuleType
from typing import NoReturn

from . import recipes
from ._config import show_config
from ._core import __version__


class _Parser(argparse.ArgumentParser):
    """An ArgumentParser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        print(f"{self.prog}: error: {message}; see {self.prog} --help", file=sys.stderr)
        sys.exit(2)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit status.

    Args:
        arguments: what follows the command's name; those of this process if None.
    """
    try:
        options = _parser().parse_args(arguments)
        options.run(options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        print("deepcore: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:  # `deepcore info | head -1`: nobody reads on
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        print(f"deepcore: error: {_one_line(error)}", file=sys.stderr)
        return 1
    return 0


def _one_line(error: Exception) -> str:
    text = " ".join(str(error).split())
    return text if text else type(error).__name__


def recipe_names() -> list[str]:
    """The names that `deepcore train` knows, in alphabetical order."""
    found = (module.name for module in pkgutil.iter_modules(recipes.__path__))
    return sorted(name.replace("_", "-") for name in found if not name.startswith("_"))


def _recipe(name: str) -> ModuleType:
    return importlib.import_module(f".{name.replace('-', '_')}", recipes.__name__)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="deepcore", description="Deep learning on CPUs.")
    parser.add_argument("--version", action="version", version=f"deepcore {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    parser.set_defaults(run=lambda options: parser.print_help())
    info = commands.add_parser("info", help="print version, processor level, compiler and threads")
    info.set_defaults(run=lambda options: show_config())
    train = commands.add_parser(
        "train", help="train a recipe; without a name, list them", add_help=False
    )
    train.add_argument("-h", "--help", action="store_true", help=argparse.SUPPRESS)
    train.add_argument("recipe", nargs="?", metavar="RECIPE")
    train.add_argument("rest", nargs=argparse.REMAINDER)
    train.set_defaults(run=_train)
    return parser


def _train(options: argparse.Namespace) -> None:
    if options.recipe is None:
        _list_recipes()
        return
    if options.recipe not in recipe_names():
        close = get_close_matches(options.recipe, recipe_names(), 1)
        hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(recipe_names())}."
        print(f"deepcore: error: no recipe {options.recipe!r}; {hint}", file=sys.stderr)
        sys.exit(2)
    recipe = _recipe(options.recipe)
    parser = _Parser(prog=f"deepcore train {options.recipe}", description=recipe.__doc__)
    recipe.add_options(parser)
    chosen = parser.parse_args(["--help"] if options.help else options.rest)
    try:
        recipe.run(chosen)
    except FileNotFoundError as error:  # of a data set, which speaks of its function's argument
        raise FileNotFoundError(str(error).replace("pass root=", "pass --data DIR")) from error


def _list_recipes() -> None:
    print(
        "usage: deepcore train RECIPE [OPTIONS]; deepcore train RECIPE --help lists the options\n"
    )
    names = recipe_names()
    width = max(map(len, names))
    for name in names:
        print(f"  {name:{width}}  {(_recipe(name).__doc__ or '').splitlines()[0]}")


if __name__ == "__main__":
    sys.exit(main())
