import sqlite3
from contextlib import closing
from pathlib import Path

import pexpect
import pytest
from click.testing import CliRunner, Result
from webtest import TestApp

from classroom.cli import classroom

from ..conftest import NAME, PASSWORD, basic
from ..servers import BIN

COMMAND = str(BIN / "classroom")


@pytest.fixture
def ini(app_settings: dict[str, str], tmp_path: Path) -> str:
    """An ini file, in a folder whose database has one user."""
    path = tmp_path / "test.ini"
    lines = ["[app:main]", "use = egg:classroom"]
    lines += [f"{key} = {value}" for key, value in app_settings.items()]
    path.write_text("\n".join(lines))
    return str(path)


@pytest.fixture
def asked_every_time(app_settings: dict[str, str]) -> None:
    app_settings["classroom.identity_ttl"] = "0"


def run(ini: str, *words: str, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(classroom, ["-c", ini, *words], input=stdin)


def may_enter(stranger: TestApp, name: str, password: str) -> bool:
    headers = {"Authorization": basic(name, password)}
    return stranger.get("/api/v1.0/", headers=headers, status="*").status_int == 200


@pytest.mark.parametrize("password", ["cat", "pass word", "a:b", "pässwörd", "x" * 3000])
def test_an_added_user_may_enter(ini: str, stranger: TestApp, password: str) -> None:
    added = run(ini, "adduser", "susan", "--password-stdin", stdin=f"{password}\n")
    assert (added.exit_code, added.output) == (0, "User susan was registered successfully.\n")
    assert may_enter(stranger, "susan", password)
    assert run(ini, "users").output == f"{NAME}\nsusan\n"


def test_the_password_is_asked_for_twice_and_never_shown(ini: str, stranger: TestApp) -> None:
    child = pexpect.spawn(COMMAND, ["-c", ini, "adduser", "susan"], encoding="utf-8", timeout=20)
    for prompt in ("Password: ", "Confirm: "):
        child.expect_exact(prompt)
        child.sendline("hidden")
    child.expect_exact("User susan was registered successfully.")
    shown = child.before
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert "hidden" not in shown
    assert may_enter(stranger, "susan", "hidden")


@pytest.mark.parametrize("passwords", [("a", "b"), ("", "")])
def test_passwords_that_differ_or_are_empty_are_refused(
    ini: str, passwords: tuple[str, str]
) -> None:
    child = pexpect.spawn(COMMAND, ["-c", ini, "adduser", "susan"], encoding="utf-8", timeout=20)
    for prompt, password in zip(("Password: ", "Confirm: "), passwords, strict=True):
        child.expect_exact(prompt)
        child.sendline(password)
    child.expect(r"Error: The password.* (differ|is empty)\.")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 1
    assert run(ini, "users").output == f"{NAME}\n"


@pytest.mark.parametrize(
    ("name", "stdin"),
    [
        (NAME, "cat\n"),
        ("susan", "\n"),
        ("susan", ""),
        ("susan", "x" * 5000),
        ("susan", "a\tb\n"),
        ("a:b", "cat\n"),
        (" ", "cat\n"),
        ("a\nb", "cat\n"),
        ("x" * 65, "cat\n"),
        ("\udcff", "cat\n"),
        ("susan", b"\xff\n"),
    ],
)
def test_a_user_who_could_not_enter_is_not_added(ini: str, name: str, stdin: str | bytes) -> None:
    refused = run(ini, "adduser", name, "--password-stdin", stdin=stdin)
    assert refused.exit_code == 1
    assert refused.output.startswith("Error: ")
    assert run(ini, "users").output == f"{NAME}\n"


@pytest.mark.usefixtures("asked_every_time")
def test_a_changed_password_replaces_the_old_one(ini: str, stranger: TestApp) -> None:
    assert may_enter(stranger, NAME, PASSWORD)
    changed = run(ini, "passwd", NAME, "--password-stdin", stdin="new\n")
    assert (changed.exit_code, changed.output) == (0, f"The password of user {NAME} was changed.\n")
    assert may_enter(stranger, NAME, "new")
    assert not may_enter(stranger, NAME, PASSWORD)


@pytest.mark.usefixtures("asked_every_time")
def test_a_removed_user_may_not_enter(ini: str, stranger: TestApp) -> None:
    assert may_enter(stranger, NAME, PASSWORD)
    assert run(ini, "deluser", NAME).exit_code == 0
    assert not may_enter(stranger, NAME, PASSWORD)
    assert run(ini, "users").output == ""


@pytest.mark.parametrize("command", [("passwd", "--password-stdin"), ("deluser",)])
def test_a_user_who_is_not_there_is_told_of(ini: str, command: tuple[str, ...]) -> None:
    refused = run(ini, command[0], "nobody", *command[1:], stdin="cat\n")
    assert (refused.exit_code, refused.output) == (1, "Error: There is no user nobody.\n")


@pytest.mark.parametrize(
    "content",
    [None, "", "[server:main]\nx = y", "nonsense", "[app:main]\nuse=egg:no", "[app:main]\na=%(b)s"],
)
def test_an_ini_file_that_is_none_is_told_of_in_a_line(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "wrong.ini"
    if content is not None:
        path.write_text(content)
    refused = run(str(path), "users")
    assert refused.exit_code == 1
    assert "Traceback" not in refused.output


@pytest.mark.parametrize(
    "lines",
    [
        "",
        "sqlalchemy.url = sqlite:////nowhere/x.sqlite",
        "sqlalchemy.url = sqlite:////etc/passwd",
        "sqlalchemy.url = sqlite:///%(here)s/foreign.sqlite",
        "sqlalchemy.url = nonsense",
        "sqlalchemy.url = postgresql+psycopg://nobody@127.0.0.1:1/x",
        "sqlalchemy.url = no+such://x",
        "sqlalchemy.url = sqlite:///x.sqlite\nsqlalchemy.pool_size = abc",
    ],
)
def test_a_database_that_cannot_be_is_told_of_in_a_line(tmp_path: Path, lines: str) -> None:
    with closing(sqlite3.connect(tmp_path / "foreign.sqlite")) as foreign:
        foreign.execute("CREATE TABLE something (x)")
    path = tmp_path / "wrong.ini"
    path.write_text(f"[app:main]\nuse = egg:classroom\n{lines}")
    refused = run(str(path), "users")
    assert (refused.exit_code, refused.output.count("\n")) == (1, 1)
    assert refused.output.startswith("sqlalchemy.url")
