"""``classroom run``: a script is one transaction."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError

from classroom.models.tables import Student

from ..support.commands import run, run_program


def run_script(ini: Path, source: str, *arguments: str) -> Result:
    return run(ini, "run", "-", *arguments, stdin=source)


@pytest.fixture
def names(dbengine: Engine) -> Callable[[], Any]:
    """Return the names of all students."""

    def names() -> Any:
        with dbengine.connect() as connection:
            return connection.scalars(select(Student.name).order_by(Student.id)).all()

    return names


@pytest.mark.one_combination
def test_a_script_commits_and_has_its_arguments(
    app_ini: Path, names: Callable[[], Any], tmp_path: Path
) -> None:
    lines = "import sys\nfor name in sys.argv[1:]: students.add(name)\nprint(sys.argv, students)"
    (tmp_path / "add.py").write_text(lines)
    command = ("classroom", "-c", str(app_ini), "run", "add.py", "José", "--help", "-c")
    done = run_program(tmp_path, *command)
    assert done.stdout == "['add.py', 'José', '--help', '-c'] <Students: 3>\n"
    assert done.stderr.splitlines()[-1].startswith("Database: ")
    assert "Warning" not in done.stderr
    assert names() == ["José", "--help", "-c"]


@pytest.mark.one_combination
def test_standard_input_is_one_script(app_ini: Path, names: Callable[[], Any]) -> None:
    done = run_script(app_ini, "import sys\nprint(sys.argv)\nstudents.add('x')\n", "a")
    assert (done.exit_code, done.stdout, names()) == (0, "['<stdin>', 'a']\n", ["x"])


FAILING = """
def add(name):
    return students.add(name)

add("good")
dbsession.add(models.Student(name="too"))
add("")
add("never")
"""


@pytest.mark.one_combination
def test_an_exception_rolls_back_and_shows_the_script(
    app_ini: Path, names: Callable[[], Any]
) -> None:
    done = run_script(app_ini, FAILING)
    lines = done.stderr.partition("Traceback")[2].splitlines()
    traceback = [line for line in lines if line.strip(" ~^")]  # Python 3.13 marks expressions
    assert done.exit_code == 1
    assert traceback[1:5] == [
        '  File "<stdin>", line 7, in <module>',
        '    add("")',
        '  File "<stdin>", line 3, in add',
        "    return students.add(name)",
    ]
    assert traceback[-1].startswith("ValueError: name: must be 1 to 64 characters")
    assert names() == []


DUPLICATE = "students.add('x'); dbsession.add(models.Student(id=1, name='y'))"


def test_a_failed_commit_rolls_back(app_ini: Path, names: Callable[[], Any]) -> None:
    with pytest.raises(IntegrityError):
        run_script(app_ini, DUPLICATE)
    assert names() == []


@pytest.mark.one_combination
def test_a_failed_commit_prints_its_error_and_exits_with_1(app_ini: Path) -> None:
    command = ("classroom", "-c", str(app_ini), "run", "-")
    done = run_program(app_ini.parent, *command, stdin=DUPLICATE, status=1)
    assert "IntegrityError" in done.stderr


@pytest.mark.parametrize(
    ("end", "status", "kept"),
    [
        ("sys.exit()", 0, ["x"]),
        ("sys.exit(3)", 3, []),
        ("sys.exit('stop')", 1, []),
        ("raise KeyboardInterrupt", 1, []),
        ("(", 1, []),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_exit_of_a_script_decides_whether_it_commits(
    app_ini: Path, names: Callable[[], Any], end: str, status: int, kept: list[str]
) -> None:
    done = run_script(app_ini, f"import sys\nstudents.add('x')\n{end}\n")
    assert (done.exit_code, names()) == (status, kept)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_missing_script_is_one_error_line(app_ini: Path) -> None:
    done = run(app_ini, "run", "missing.py")
    assert done.exit_code == 2
    error = "Error: Invalid value for 'SCRIPT': 'missing.py': No such file or directory\n"
    assert done.stderr.endswith(error)
