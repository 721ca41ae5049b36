import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pexpect
import pytest
from webtest import TestApp

from ..support.commands import run
from ..support.paths import BIN
from ..support.pserve import configure
from ..support.users import NAME, PASSWORD, basic

COMMAND = str(BIN / "classroom")


def add_susan_in_a_terminal(ini: Path) -> pexpect.spawn:
    words = ["-c", str(ini), "adduser", "susan"]
    return pexpect.spawn(COMMAND, words, encoding="utf-8", timeout=20)


def can_log_in(anonymous: TestApp, name: str, password: str) -> bool:
    headers = {"Authorization": basic(name, password)}
    return anonymous.get("/api/v1.0/", headers=headers, status="*").status_int == 200


@pytest.mark.parametrize("password", ["password", "pass word", "a:b:c:d:e", "pässwörd", "x" * 4091])
def test_an_added_user_can_log_in(app_ini: Path, anonymous: TestApp, password: str) -> None:
    added = run(app_ini, "adduser", "susan", "--password-stdin", stdin=f"{password}\n")
    assert (added.exit_code, added.stdout) == (0, "User susan was registered successfully.\n")
    assert can_log_in(anonymous, "susan", password)
    assert run(app_ini, "users").output == f"{NAME}\tregistrar\nsusan\tregistrar\n"


def test_the_password_prompt_repeats_and_does_not_echo(app_ini: Path, anonymous: TestApp) -> None:
    child = add_susan_in_a_terminal(app_ini)
    for prompt in ("Password: ", "Confirm: "):
        child.expect_exact(prompt)
        child.sendline("hidden word")
    child.expect_exact("User susan was registered successfully.")
    shown = child.before
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert "hidden word" not in shown
    assert can_log_in(anonymous, "susan", "hidden word")


@pytest.mark.one_combination
@pytest.mark.parametrize("passwords", [("password a", "password b"), ("", "")])
def test_different_or_empty_passwords_are_rejected(
    app_ini: Path, passwords: tuple[str, str]
) -> None:
    child = add_susan_in_a_terminal(app_ini)
    for prompt, password in zip(("Password: ", "Confirm: "), passwords, strict=True):
        child.expect_exact(prompt)
        child.sendline(password)
    child.expect("Error: .*(differ|must not be empty)")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 1
    assert run(app_ini, "users").output == f"{NAME}\tregistrar\n"


@pytest.mark.one_combination
@pytest.mark.parametrize(
    ("name", "stdin", "problem"),
    [
        (NAME, "password\n", f"User {NAME} already exists."),
        ("susan", "\n", "must not be empty"),
        ("susan", "", "must not be empty"),
        ("susan", "x" * 4092, "at most 4,096 bytes"),
        ("susan", "ä" * 2046, "at most 4,096 bytes"),
        ("susan", "pass\tword\n", "must not contain control characters"),
        ("susan", b"password\xff\n", "must be UTF-8"),
        ("a:b", "password\n", "must not have a colon"),
        (" ", "password\n", "name: must be 1 to 64 characters"),
        ("a\nb", "password\n", "name: must be 1 to 64 characters"),
        ("x" * 65, "password\n", "name: must be 1 to 64 characters"),
        ("\udcff", "password\n", "must be UTF-8"),
    ],
)
def test_a_user_who_could_not_log_in_is_rejected(
    app_ini: Path, name: str, stdin: str | bytes, problem: str
) -> None:
    refused = run(app_ini, "adduser", name, "--password-stdin", stdin=stdin)
    assert refused.exit_code == 1
    assert refused.output.startswith("Error: ")
    assert problem in refused.output
    assert run(app_ini, "users").output == f"{NAME}\tregistrar\n"


@pytest.mark.usefixtures("uncached_identities")
@pytest.mark.parametrize(("command", "name"), [("adduser", "susan"), ("passwd", NAME)])
def test_a_short_password_needs_an_option(
    app_ini: Path, anonymous: TestApp, command: str, name: str
) -> None:
    words = (command, name, "--password-stdin")
    refused = run(app_ini, *words, stdin="1234567\n")
    assert refused.exit_code == 1
    assert "at least 8 characters; --allow-weak-password" in refused.output
    assert not can_log_in(anonymous, name, "1234567")
    assert run(app_ini, *words, "--allow-weak-password", stdin="1234567\n").exit_code == 0
    assert can_log_in(anonymous, name, "1234567")


@pytest.mark.one_combination
@pytest.mark.parametrize("stdin", [subprocess.DEVNULL, None], ids=["devnull", "closed"])
def test_without_a_terminal_the_error_names_the_option(app_ini: Path, stdin: int | None) -> None:
    command = f"{COMMAND} -c {app_ini} adduser susan"
    refused = subprocess.run(
        ["sh", "-c", command if stdin else f"{command} <&-"],
        stdin=stdin,
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,
    )
    assert refused.returncode == 1
    assert refused.stderr == "Error: There is no terminal; use --password-stdin.\n"


@pytest.mark.usefixtures("uncached_identities")
def test_a_changed_password_replaces_the_old_one(app_ini: Path, anonymous: TestApp) -> None:
    assert can_log_in(anonymous, NAME, PASSWORD)
    changed = run(app_ini, "passwd", NAME, "--password-stdin", stdin="new password\n")
    assert (changed.exit_code, changed.stdout) == (0, f"The password of user {NAME} was changed.\n")
    assert can_log_in(anonymous, NAME, "new password")
    assert not can_log_in(anonymous, NAME, PASSWORD)


@pytest.mark.usefixtures("uncached_identities")
def test_a_removed_user_cannot_log_in(app_ini: Path, anonymous: TestApp) -> None:
    assert can_log_in(anonymous, NAME, PASSWORD)
    assert run(app_ini, "deluser", NAME).exit_code == 0
    assert not can_log_in(anonymous, NAME, PASSWORD)
    assert run(app_ini, "users").output == ""


@pytest.mark.parametrize("command", [("passwd", "--password-stdin"), ("deluser",)])
def test_a_missing_user_is_one_error_line(app_ini: Path, command: tuple[str, ...]) -> None:
    refused = run(app_ini, command[0], "nobody", *command[1:], stdin="password\n")
    assert (refused.exit_code, refused.output) == (1, "Error: User nobody not found.\n")


@pytest.mark.parametrize(
    "content",
    [None, "", "[server:main]\nx = y", "nonsense", "[app:main]\nuse=egg:no", "[app:main]\na=%(b)s"],
)
def test_an_invalid_ini_file_is_an_error_without_traceback(
    tmp_path: Path, content: str | None
) -> None:
    path = tmp_path / "wrong.ini"
    if content is not None:
        path.write_text(content)
    refused = run(path, "users")
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
def test_an_unusable_database_is_one_error_line(tmp_path: Path, lines: str) -> None:
    with closing(sqlite3.connect(tmp_path / "foreign.sqlite")) as foreign:
        foreign.execute("CREATE TABLE something (x)")
    path = tmp_path / "wrong.ini"
    path.write_text(f"[app:main]\nuse = egg:classroom\n{lines}")
    refused = run(path, "users")
    assert (refused.exit_code, refused.output.count("\n")) == (1, 1)
    assert refused.output.startswith("sqlalchemy.url")


def refused_by(command: list[str], ini: Path, **environ: str) -> str:
    """Return the output of a program that exits with status 1."""
    done = subprocess.run(
        [BIN / command[0], *command[1:]],
        cwd=ini.parent,
        env={**os.environ, **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    return done.stdout


CLASSROOM = ["classroom", "users"]
ALEMBIC = ["alembic", "-c", "development.ini", "current"]
PSERVE = ["pserve", "development.ini"]


@pytest.mark.one_combination
def test_a_missing_ini_file_is_one_error_line(tmp_path: Path) -> None:
    ini = tmp_path / "development.ini"
    assert run(ini, "users").output == f"{ini}: cannot read {ini}: No such file or directory\n"


@pytest.mark.parametrize("command", [CLASSROOM, ALEMBIC, PSERVE])
def test_a_single_percent_sign_is_one_error_line(ini: Path, command: list[str]) -> None:
    configure(ini, {"sqlalchemy.url": "postgresql+psycopg://a:secret%bpassword@localhost/x"})
    line = "development.ini: sqlalchemy.url: a % in a value must be written %%\n"
    output = refused_by(command, ini)
    assert output.endswith(line)
    assert "password" not in output


@pytest.mark.parametrize("command", [CLASSROOM, ALEMBIC, PSERVE])
def test_a_malformed_url_is_one_error_line_without_password(ini: Path, command: list[str]) -> None:
    configure(ini, {"sqlalchemy.url": "postgresql+psycopg://a:secret@a:password@localhost/x"})
    output = refused_by(command, ini)
    assert output.startswith("sqlalchemy.url: is malformed; write @, ")
    assert "password@" not in output
    assert output.count("\n") == 1


@pytest.mark.parametrize("command", [CLASSROOM, ALEMBIC, PSERVE])
def test_a_missing_driver_is_one_error_line_with_the_extra(
    ini: Path, tmp_path: Path, command: list[str]
) -> None:
    configure(ini, {"sqlalchemy.url": "postgresql+psycopg://localhost/x"})
    missing = "raise ModuleNotFoundError(\"No module named 'psycopg'\", name='psycopg')"
    (tmp_path / "psycopg.py").write_text(missing)
    output = refused_by(command, ini, PYTHONPATH=str(tmp_path))
    assert output == (
        "sqlalchemy.url: psycopg is not installed; install it with pip install '.[postgresql]'\n"
    )


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("thread = 8", " thread: unknown setting"),
        ("threads = x", " threads: invalid literal"),
        ("port = 6543", ": host or port may not be set if listen is set"),
    ],
)
def test_an_invalid_server_setting_is_one_error_line(ini: Path, line: str, problem: str) -> None:
    ini.write_text(ini.read_text().replace("[server:main]", f"[server:main]\n{line}"))
    output = refused_by(PSERVE, ini)
    assert output.startswith(f"[server:main]{problem}")
    assert output.count("\n") == 1
