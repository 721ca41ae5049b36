"""The shell with the objects of classroom.shell, the session in docs/shell.md, and ``pshell``."""

import doctest
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pexpect
import pytest
from sqlalchemy import Engine, select, text
from webtest import TestApp

from classroom.models.tables import Student

from ..support.commands import run_program
from ..support.paths import BIN, ROOT
from ..support.rows import insert_rows
from ..support.shell import Enter, results, shell
from ..support.users import NAME
from ..support.waiting import TIMEOUT

STUDENTS = "/api/v1.0/students/"


def last_lines(ini: Path, *lines: str) -> list[str]:
    return [(each.splitlines() or [""])[-1] for each in results(ini, *lines)]


@pytest.mark.parametrize(("document", "fewest"), [("README.md", 5), ("docs/shell.md", 40)])
def test_sessions_in_documents_print_the_documented_output(
    app_ini: Path, document: str, fewest: int
) -> None:
    blocks = re.findall(r"^```pycon\n(.*?)^```$", (ROOT / document).read_text(), re.M | re.S)
    examples = doctest.DocTestParser().get_examples("\n".join(blocks))
    assert len(examples) >= fewest
    sources = [each.source + "\n" * (each.source.count("\n") > 1) for each in examples]
    printed = results(app_ini, *(source.rstrip("\n") + "\n" for source in sources))
    check = doctest.OutputChecker().check_output
    for example, got in zip(examples, printed, strict=True):
        want = example.want.strip()
        assert check(want, got, doctest.ELLIPSIS), (example.source, want, got)


def insert_school(engine: Engine, students: int) -> None:
    """Insert students, two classes and two registrations."""
    names = ["David", *(f"Student {number}" for number in range(2, students + 1))]
    insert_rows(engine, names, ["algebra", "logic"], [(1, 1), (2, 1)])


@pytest.fixture
def school(dbengine: Engine) -> None:
    insert_school(dbengine, students=5)


def test_a_mapping_reads_all_its_pages(app_ini: Path, dbengine: Engine) -> None:
    insert_school(dbengine, students=450)  # more than two pages
    assert results(
        app_ini,
        "students",
        "list(students) == list(students.keys()) == list(range(1, 451))",
        "len(list(students.values())), len(dict(students.items()))",
        "students.find('student')",
        "list(registrations)",
        "len(classes[1].students), list(classes[1].students), 3 in classes[1].students",
        "students.values()",
        "classes.values()",
    ) == [
        "<Students: 450>",
        "True",
        "(450, 450)",
        "[" + "".join(f"<Student {id} 'Student {id}'>, " for id in range(2, 22)) + "...]",
        "[(1, 1), (2, 1)]",
        "(2, [1, 2], False)",
        "[<Student 1 'David'>, "
        + "".join(f"<Student {id} 'Student {id}'>, " for id in range(2, 21))
        + "...]",
        "[<Class 1 'algebra'>, <Class 2 'logic'>]",
    ]


@pytest.mark.usefixtures("school")
def test_keys_are_ids_or_user_names(app_ini: Path) -> None:
    assert last_lines(
        app_ini,
        "students['David']",
        "students[0]",
        "students[10 ** 18]",
        "students[-1], students[True]",
        "del students[999]",
        "root['api']['v1.0']['students'][1]",
        "students[1] in students, students[1] == students[1], students[1] == classes[1]",
        f"users[{NAME!r}] == users[1], 'nobody' in users",
        "students[3].register(1), students[3] in classes[1].students",
        "students[3].register(students[2])",
        "students.add('x', age=5)",
        "'algebra' in classes",
        "students.find(None)",
        "students[3].register(99)",
        "commit",
    ) == [
        "KeyError: \"students are found by id, not by 'David'; use students.find for names\"",
        "KeyError: 0",
        "KeyError: 1000000000000000000",
        "KeyError: -1",
        "KeyError: 999",
        "<Student /api/v1.0/students/1>",
        "(True, True, False)",
        "(True, False)",
        "(<Registration of Student 3 for Class 1>, True)",
        "KeyError: \"classes are found by id, not by <Student 2 'Student 2'>;"
        ' use classes.find for names"',
        "TypeError: Unexpected keyword argument 'age'",
        "False",
        "ValueError: q: must be a string",
        "classroom.db.exceptions.NotFound: there is no Class 99",
        "To call this function, type commit()",
    ]


@pytest.mark.one_combination
@pytest.mark.usefixtures("school")
def test_permits_takes_a_permission_and_an_object_of_the_tree(app_ini: Path) -> None:
    assert last_lines(
        app_ini,
        f"permits({NAME!r}, 'nobody', students)",
        f"permits({NAME!r}, 'register', 1)",
        "permits(users.add('eve', 'secret word', 'teacher'), 'register', registrations)",
    ) == [
        "ValueError: permission: must be one of view, create, change, delete, register, assign,"
        " change-password",
        "TypeError: item: must be an object of the shell or a resource, such as classes[3]",
        "eve is role:teacher, system.Authenticated, system.Everyone, user:2.",
    ]


@pytest.mark.one_combination
@pytest.mark.usefixtures("school")
def test_only_rows_have_fields_to_assign(app_ini: Path) -> None:
    mappings = ("students", "users", "registrations", "classes[1].students", "students.find('a')")
    printed = last_lines(app_ini, *(f"{each}.name = 'x'" for each in mappings))
    assert [each.partition(":")[0] for each in printed] == ["AttributeError"] * len(mappings)


INVALID = [
    ("students/", {"name": "\t"}, "students.add('\\t')"),
    ("students/", {"name": 5}, "students.add(5)"),
    ("students/1", {"name": "x" * 65}, "students[1].name = 'x' * 65"),
    ("classes/1", {"name": None}, "classes[1].name = None"),
    ("users/", {"name": "a:b", "password": "x", "role": "y"}, "users.add('a:b', 'x', 'y')"),
    ("users/2", {"role": "boss"}, "users['eve'].role = 'boss'"),
    ("users/2", {"password": "cat"}, "users['eve'].password = 'cat'"),
    ("users/2", {"name": "a:b"}, "users['eve'].name = 'a:b'"),
    ("students/?q=%20", None, "students.find(' ')"),
    ("students/?sort=age", None, "students.find('x', 'age')"),
]


def ask(client: TestApp, path: str, body: Any) -> Any:
    path = f"/api/v1.0/{path}"
    if body is None:
        return client.get(path, status=400)
    return (client.post_json if path.endswith("/") else client.patch_json)(path, body, status=400)


@pytest.fixture
def admin(app_ini: Path, dbengine: Engine, school: None) -> Callable[[], None]:
    """Make the user of the tests the admin, and add eve, the user 2."""
    results(app_ini, f"users[{NAME!r}].role = 'admin'; users.add('eve', 'secret word'); commit()")
    return lambda: None


@pytest.mark.one_combination
@pytest.mark.usefixtures("admin")
def test_invalid_values_have_the_messages_of_the_api(
    app_ini: Path, password_client: TestApp
) -> None:
    messages = [ask(password_client, path, body).json["message"] for path, body, _ in INVALID]
    printed = last_lines(app_ini, *(line for *_, line in INVALID), "dbsession.is_writing")
    assert [each.partition(": ")[2] for each in printed[:-1]] == messages
    assert printed[-1] == "False"


@pytest.mark.usefixtures("admin")
def test_a_conflict_has_the_message_of_the_api(app_ini: Path, password_client: TestApp) -> None:
    def message(method: Any, path: str, *body: Any, status: int = 409) -> str:
        return method(f"/api/v1.0/{path}", *body, status=status).json["message"]

    pair = {
        name: f"http://localhost/api/v1.0/{path}/1"
        for name, path in (("student", "students"), ("class", "classes"))
    }
    eve = {"name": "eve", "password": "secret word", "role": "reader"}
    expected = [
        message(password_client.post_json, "registrations/", pair),
        message(password_client.post_json, "users/", eve),
        message(password_client.delete, "users/1"),
        message(password_client.patch_json, "users/1", {"role": "reader"}),
        message(password_client.put, "classes/1/teachers/2"),
    ]
    printed = last_lines(
        app_ini,
        "students[3].name = 'kept'",
        "students[1].register(classes[1])",
        "users.add('eve', 'secret word')",
        f"del users[{NAME!r}]",
        "users[1].role = 'reader'",
        "classes[1].assign(users['eve'])",
        "gone = classes.add('gone'); del classes[gone.id]; students[1].register(gone)",
        "students[1].unregister(classes[2])",
        "gone.name = 'x'",
        "students[4].name = 'kept too'; commit()",
        "students[3], students[4], gone",
    )
    assert [each.partition(": ")[2] for each in printed[1:6]] == expected
    assert [each.partition(": ")[2] for each in printed[6:9]] == [
        "there is no Class 3",
        "Student 1 is not registered for Class 2",
        "there is no Class 3",
    ]
    assert printed[-1] == "(<Student 3 'kept'>, <Student 4 'kept too'>, <Class 3, deleted>)"


@pytest.mark.usefixtures("school")
def test_objects_show_what_was_written_and_undone(app_ini: Path) -> None:
    assert last_lines(
        app_ini,
        "david = students[1]; algebra = classes[1]; david.name = 'Dave'; students[1], david",
        "dbsession.get(models.Student, 1).name, root['api']['v1.0']['students']['1'].row.name",
        "dbsession.add(models.Student(name='new')); students.find('new')",
        "dbsession.execute(models.Student.__table__.insert(), {'name': 'core'}); len(students)",
        "del students[2]; len(students), len(algebra.students), len(registrations)",
        "undo(); david, len(students), len(registrations)",
        "row = dbsession.get(models.Student, 2); tm.commit(); row.name = 'x'; tm.commit(); undo()",
        "row.name, students[2].name",
    ) == [
        "(<Student 1 'Dave'>, <Student 1 'Dave'>)",
        "('Dave', 'Dave')",
        "[<Student 6 'new'>]",
        "7",
        "(6, 1, 1)",
        "(<Student 1 'David'>, 5, 2)",
        "",
        "('x', 'x')",
    ]


@pytest.mark.usefixtures("school")
def test_dbsession_can_be_used_after_an_error(app_ini: Path) -> None:
    duplicate = "dbsession.add(models.Registration(student_id=1, class_id=1))"
    error = "All uncommitted changes were rolled back."
    assert last_lines(
        app_ini,
        f"{duplicate}; dbsession.flush()",
        f"students.add('x'); {duplicate}; commit()",
        "models.User(name='eve:x')",
        "models.User(password_hash='cat')",
        "student = dbsession.get(models.Student, 3); student.name = ' '",
        "dbsession.add(models.Registration(student=student, class_id=1)); commit()",
        "list(classes[1].students), len(students)",
    ) == [
        error,
        error,
        "classroom.models.validation.InvalidValue: name: must not have a colon, which ends the name"
        " in HTTP Basic",
        "classroom.models.validation.InvalidValue: password_hash: must be an argon2id hash",
        "classroom.models.validation.InvalidValue: name: must be 1 to 64 characters, at least one"
        " of them visible and none of them control characters",
        "",
        "([1, 2, 3], 5)",
    ]


@pytest.fixture
def enter(app_ini: Path, school: None) -> Iterator[Enter]:
    with shell(app_ini) as enter:
        yield enter


def test_the_service_writes_while_the_prompt_waits(enter: Enter, password_client: TestApp) -> None:
    assert "'Student 2'" in enter("students[1], dbsession.get(models.Student, 2).name")
    password_client.post_json(STUDENTS, {"name": "a"}, status=201)
    rows = "dbsession.scalars(models.Student.__table__.select()).all()"
    assert enter(f"len(students), len({rows})") == "(6, 6)"
    assert "ValueError" in enter("students.add(' ')")
    assert "AlreadyRegistered" in enter("students[1].register(classes[1])")
    password_client.patch_json(f"{STUDENTS}1", {"name": "b"}, status=200)
    assert enter("students[1].name = 'c'; commit()") == ""
    password_client.patch_json(f"{STUDENTS}1", {"name": "d"}, status=200)
    assert "'d'" in enter("students[1].name = 'e'; undo(); students[1]")
    password_client.patch_json(f"{STUDENTS}1", {"name": "f"}, status=200)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_reading_holds_no_lock(enter: Enter, dbengine: Engine) -> None:
    assert "Registration" in enter("students[1], dbsession.get(models.Student, 2).registrations")
    with dbengine.begin() as connection:
        connection.execute(text("LOCK TABLE students, registrations NOWAIT"))


@pytest.mark.usefixtures("short_busy_timeout")
def test_an_uncommitted_change_blocks_writers_of_the_row(
    enter: Enter, password_client: TestApp
) -> None:
    assert "'c'" in enter("students[1].name = 'c'; students[1]")
    password_client.patch_json(f"{STUDENTS}1", {"name": "b"}, status=503)
    assert password_client.get(f"{STUDENTS}1").json["name"] == "David"
    assert "'c'" in enter("commit(); students[1]")
    password_client.patch_json(f"{STUDENTS}1", {"name": "b"}, status=200)


@pytest.mark.one_combination
@pytest.mark.usefixtures("school")
def test_leaving_the_shell_rolls_back(app_ini: Path, dbengine: Engine) -> None:
    arguments = ["-p", "python", str(app_ini)]
    terminal = pexpect.spawn(str(BIN / "pshell"), arguments, encoding="utf-8", timeout=TIMEOUT)
    for line, printed in (
        ("students[1].name = 'left'; students[1]", "'left'"),
        ("exit()", "Uncommitted changes are rolled back."),
    ):
        terminal.expect_exact(">>> ")
        terminal.sendline(line)
        terminal.expect_exact(printed)
    terminal.expect(pexpect.EOF)
    with dbengine.connect() as connection:
        assert connection.scalar(select(Student.name).where(Student.id == 1)) == "David"


@pytest.mark.one_combination
def test_pshell_prints_a_short_banner_and_a_line_per_name(app_ini: Path) -> None:
    """The banner fits a terminal of 80 columns and 24 lines."""
    shown = run_program(app_ini.parent, "pshell", "-p", "python", str(app_ini))
    banner = shown.stdout.splitlines()
    assert 15 < len(banner) <= 24
    assert max(map(len, banner)) <= 80
    lines = re.findall(r"^  (\w+) +(.+)$", shown.stderr.partition("Environment:")[2], re.M)
    names = "students classes registrations users root tm dbsession models commit undo permits"
    assert set(names.split()) <= dict(lines).keys()
    assert all(len(text) <= 100 and " object at 0x" not in text for _, text in lines)


WITHOUT_SHELL = """
import sys
import classroom

classroom.main({}, **{"sqlalchemy.url": sys.argv[1]})
print([name for name in sys.modules if name.startswith(("classroom.shell", "classroom.pshell"))])
"""


@pytest.mark.one_combination
def test_the_web_process_imports_nothing_of_the_shell(database_url: str) -> None:
    command = [sys.executable, "-W", "ignore", "-c", WITHOUT_SHELL, database_url]
    assert subprocess.check_output(command, text=True, stderr=subprocess.DEVNULL) == "[]\n"
