"""The command line, alembic and HTTPie, in the process of the tests."""

from contextlib import chdir
from io import StringIO
from pathlib import Path
from tempfile import TemporaryFile

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


def http(folder: Path, *words: str) -> str:
    """Run ``http WORDS`` of HTTPie with the config.json of a folder, and return its output."""
    from httpie.context import Environment  # noqa: PLC0415 (HTTPie takes a second to import)
    from httpie.core import main  # noqa: PLC0415 (as above)

    with TemporaryFile("w+", encoding="utf-8") as output:
        streams = {"stdin": None, "stdout": output, "stderr": output, "stdout_isatty": False}
        assert main(["http", *words], Environment(config_dir=folder, **streams)) == 0
        output.seek(0)
        return output.read()
