"""The shell, set up as pshell does it, in the test process."""

from code import InteractiveConsole
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from functools import partial
from io import StringIO
from pathlib import Path

from pyramid.paster import bootstrap

from classroom.pshell import setup

Enter = Callable[[str], str]


@contextmanager
def shell(ini: Path) -> Iterator[Enter]:
    """Start the shell. Yields a function that enters lines, and returns what the shell prints."""
    with bootstrap(str(ini)) as env, contextmanager(setup)(env):
        yield partial(_enter, InteractiveConsole(env))


def _enter(console: InteractiveConsole, entry: str) -> str:
    with redirect_stdout(StringIO()) as output, redirect_stderr(output):
        for line in entry.split("\n"):
            console.push(line)
    return output.getvalue().strip()


def results(ini: Path, *entries: str) -> list[str]:
    """Return what the shell prints for each entry of one or more lines."""
    with shell(ini) as enter:
        return [enter(entry) for entry in entries]
