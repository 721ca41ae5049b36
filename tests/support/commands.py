"""The command line, in the process of the tests."""

from pathlib import Path

from click.testing import CliRunner, Result

from classroom.cli import classroom


def run(ini: Path, *words: str, stdin: str | bytes | None = None) -> Result:
    """Run ``classroom -c INI WORDS``."""
    return CliRunner().invoke(classroom, ["-c", str(ini), *words], input=stdin)
