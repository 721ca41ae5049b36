"""The command line, alembic, Pyramid's tools and HTTPie, in the test process if possible."""

import subprocess
import sys
from contextlib import chdir, redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryFile
from unittest.mock import patch

from alembic.config import CommandLine, Config
from click.testing import CliRunner, Result
from pyramid.config import global_registries
from pyramid.scripts.ptweens import PTweensCommand
from pyramid.scripts.pviews import PViewsCommand

from classroom.cli import classroom
from classroom.services import services

from .paths import BIN
from .waiting import TIMEOUT


def run(ini: Path, *words: str, stdin: str | bytes | None = None) -> Result:
    """Run ``classroom -c INI WORDS``. An exception, which would be a traceback, is raised."""
    with patch.object(sys, "argv", sys.argv[:]):  # ``classroom run`` changes it for the script
        words = ("-c", str(ini), *words)
        return CliRunner().invoke(classroom, words, input=stdin, catch_exceptions=False)


def run_program(
    folder: Path, program: str, *words: str, stdin: str = "", status: int = 0
) -> "subprocess.CompletedProcess[str]":
    """Run a program in a separate process, which must end with a status."""
    done = subprocess.run(
        [BIN / program, *words],
        cwd=folder,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
    assert done.returncode == status, done.stderr
    return done


def alembic(ini: Path, *words: str) -> str:
    """Run ``alembic -c INI WORDS`` in the directory of the ini file, and return its output."""
    program, output = CommandLine(), StringIO()
    options = program.parser.parse_args(["-c", ini.name, *words])
    with chdir(ini.parent):
        program.run_cmd(Config(ini.name, stdout=output, cmd_opts=options), options)
    return output.getvalue()


def introspect(tool: type[PViewsCommand | PTweensCommand], *words: str) -> str:
    """Run one of Pyramid's tools, and return its output."""
    command = tool(["", *words])
    command.setup_logging = lambda *_, **__: None  # that of the tests stays
    previous = global_registries.last
    try:
        with redirect_stdout(StringIO()) as output:
            command.run()
    finally:
        if (registry := global_registries.last) is not previous:
            services(registry).database.engine.dispose()
    return output.getvalue()


def http(folder: Path, *words: str) -> str:
    """Run ``http WORDS`` of HTTPie with the config.json of a directory, and return its output."""
    from httpie.context import Environment  # noqa: PLC0415 (HTTPie takes a second to import)
    from httpie.core import main  # noqa: PLC0415 (as above)

    with TemporaryFile("w+", encoding="utf-8") as output:
        streams = {"stdin": None, "stdout": output, "stderr": output, "stdout_isatty": False}
        assert main(["http", *words], Environment(config_dir=folder, **streams)) == 0
        output.seek(0)
        return output.read()
