"""The command line and alembic, in the process of the tests."""

from contextlib import chdir
from io import StringIO
from pathlib import Path

from alembic.config import CommandLine, Config
from click.testing import CliRunner, Result

from classroom.cli import classroom


def run(ini: Path, *words: str, stdin: str | bytes | None = None) -> Result:
    """Run ``classroom -c INI WORDS``."""
    return CliRunner().invoke(classroom, ["-c", str(ini), *words], input=stdin)


def alembic(ini: Path, *words: str) -> str:
    """Run ``alembic -c INI WORDS`` in the folder of the ini file, and return its output."""
    program, output = CommandLine(), StringIO()
    options = program.parser.parse_args(["-c", ini.name, *words])
    with chdir(ini.parent):
        program.run_cmd(Config(ini.name, stdout=output, cmd_opts=options), options)
    return output.getvalue()
