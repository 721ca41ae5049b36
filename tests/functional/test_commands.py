import sqlite3
import subprocess
import sys
from contextlib import closing
from functools import partial
from io import StringIO
from pathlib import Path

import pexpect
import pytest
from pyramid.scripts.common import get_config_loader
from webtest import TestApp

from classroom.cli import classroom
from classroom.settings import SettingError

from ..support.commands import alembic, run
from ..support.paths import BIN
from ..support.pserve import configure
from ..support.users import NAME, PASSWORD, basic
from ..support.waiting import TIMEOUT

COMMAND = str(BIN / "classroom")


def can_log_in(anonymous: TestApp, name: str, password: str) -> bool:
    headers = {"Authorization": basic(name, password)}
    return anonymous.get("/api/v1.0/", headers=headers, status="*").status_int == 200


PASSWORDS = ["password", "pass word", "a:b:c:d:e", "pässwörd", "x" * 4091]


def test_an_added_user_can_log_in(
    app_ini: Path, anonymous: TestApp, subtests: pytest.Subtests
) -> None:
    for name, password in zip("abcde", PASSWORDS, strict=True):
        with subtests.test(password=password[:20]):
            added = run(app_ini, "adduser", name, "--password-stdin", stdin=f"{password}\n")
            assert added.exit_code == 0
            assert added.stdout == f"User {name} was registered successfully.\n"
            assert can_log_in(anonymous, name, password)
    listed = run(app_ini, "users").output.splitlines()
    assert listed == [f"{name}\tregistrar" for name in (*"abcde", NAME)]


@pytest.mark.one_combination
@pytest.mark.parametrize(
    ("repeated", "line", "status"),
    [
        ("hidden word", "User susan was registered successfully.", 0),
        ("hidden ward", "Error: The passwords do not match.", 1),
    ],
)
def test_the_password_prompt_repeats_and_does_not_echo(
    app_ini: Path, anonymous: TestApp, repeated: str, line: str, status: int
) -> None:
    words = ["-c", str(app_ini), "adduser", "susan"]
    child = pexpect.spawn(COMMAND, words, encoding="utf-8", timeout=TIMEOUT)
    child.logfile_read = shown = StringIO()
    for prompt, password in (("Password: ", "hidden word"), ("Confirm: ", repeated)):
        child.expect_exact(prompt)
        child.sendline(password)
    child.expect_exact(line)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == status
    assert "hidden" not in shown.getvalue()
    assert can_log_in(anonymous, "susan", "hidden word") == (status == 0)


@pytest.mark.one_combination
@pytest.mark.parametrize(
    ("typed", "problem"),
    [("password a\npassword b\n", "do not match"), ("\n\n", "must not be empty")],
)
def test_different_or_empty_passwords_are_rejected(app_ini: Path, typed: str, problem: str) -> None:
    refused = run(app_ini, "adduser", "susan", stdin=typed)
    assert refused.exit_code == 1
    assert refused.stderr.startswith("Error: ")
    assert problem in refused.stderr
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
    assert "at least 8 characters; use --allow-weak-password" in refused.output
    assert not can_log_in(anonymous, name, "1234567")
    assert run(app_ini, *words, "--allow-weak-password", stdin="1234567\n").exit_code == 0
    assert can_log_in(anonymous, name, "1234567")


@pytest.mark.one_combination
@pytest.mark.parametrize("redirection", ["</dev/null", "<&-"])
def test_without_a_terminal_the_error_names_the_option(app_ini: Path, redirection: str) -> None:
    refused = subprocess.run(
        ["sh", "-c", f"{COMMAND} -c {app_ini} adduser susan {redirection}"],
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
def test_an_invalid_ini_file_is_one_error_line(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "wrong.ini"
    if content is not None:
        path.write_text(content)
    refused = run(path, "users")
    assert (refused.exit_code, refused.output.count("\n")) == (1, 1)
    assert refused.output.startswith(f"{path}: ")


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
    refused = run(path, "adduser", "miguel", "--password-stdin", stdin=f"{PASSWORD}\n")
    assert (refused.exit_code, refused.output.count("\n")) == (1, 1)
    assert refused.output.startswith("sqlalchemy.url")


@pytest.mark.one_combination
def test_only_adduser_creates_a_missing_database(
    ini: Path, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    path = tmp_path / "missing.sqlite"
    configure(ini, {"sqlalchemy.url": f"sqlite:///{path}"})
    problem = f"sqlalchemy.url: no database in {path}; pserve and classroom adduser create it\n"
    for line in ("users", f"deluser {NAME}", "reindex", f"copy --to sqlite:///{tmp_path}/x.sqlite"):
        with subtests.test(line=line):
            refused = run(ini, *line.split())
            assert (refused.exit_code, refused.output) == (1, problem)
            assert not path.exists()
    run(ini, "adduser", NAME, "--password-stdin", stdin=f"{PASSWORD}\n")
    assert run(ini, "users").output == f"{NAME}\tregistrar\n"


def output_of_pserve(ini: Path) -> str:
    """Return the output of ``pserve``, which exits with status 1 because of a SettingError."""
    done = subprocess.run(
        [BIN / "pserve", ini],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
    assert done.returncode == 1
    return done.stdout


def start(ini: Path) -> None:
    """Make the server and the application, as pserve does."""
    loader = get_config_loader(str(ini))
    loader.get_wsgi_server()
    loader.get_wsgi_app()


def errors(ini: Path) -> list[str]:
    """Return the errors with which ``classroom``, alembic and the service end."""
    programs = (partial(classroom, ["-c", str(ini), "users"]), partial(alembic, ini, "current"))
    messages = []
    for program in (*programs, partial(start, ini)):
        with pytest.raises(SettingError) as refused:
            program()
        messages.append(str(refused.value))
    return messages


@pytest.mark.one_combination
def test_a_missing_ini_file_is_one_error_line(tmp_path: Path) -> None:
    ini = tmp_path / "development.ini"
    assert run(ini, "users").output == f"{ini}: cannot read {ini}: No such file or directory\n"


@pytest.mark.one_combination
def test_a_file_without_a_loader_is_one_error_line(ini: Path) -> None:
    """The scheme of plaster selects a loader, as in pserve."""
    renamed = ini.rename(ini.with_suffix(".txt"))
    refused = run(renamed, "users")
    problem = "is not an ini file; its name must end in .ini"
    assert (refused.exit_code, refused.output) == (1, f"{renamed}: {problem}\n")
    assert run(ini.parent, "users").output == f"{ini.parent}: {problem}\n"
    with_scheme = Path(f"file+ini:{renamed}")
    words = ("adduser", NAME, "--password-stdin")
    assert run(with_scheme, *words, stdin=PASSWORD).exit_code == 0
    get_config_loader(str(with_scheme)).get_wsgi_server()


def test_a_malformed_url_is_one_error_line_without_password(ini: Path) -> None:
    configure(ini, {"sqlalchemy.url": "postgresql+psycopg://a:secret@a:password@localhost/x"})
    advice = "write @, :, / and % in a password as %40, %3A, %2F and %25"
    problem = f"sqlalchemy.url: is malformed; {advice}"
    assert output_of_pserve(ini) == f"{problem}\n"
    assert errors(ini) == [problem] * 3


def test_a_single_percent_sign_is_an_error_without_password(ini: Path) -> None:
    configure(ini, {"sqlalchemy.url": "postgresql+psycopg://a:secret%bpassword@localhost/x"})
    problem = "sqlalchemy.url: a % in a value must be written %%"
    assert errors(ini) == [f"{ini}: {problem}", f"{ini.name}: {problem}", f"{ini}: {problem}"]


@pytest.mark.one_combination
def test_a_missing_package_is_one_error_line(ini: Path) -> None:
    ini.write_text(ini.read_text().replace("use = egg:classroom\n", "use = egg:no\n"))
    problem = "No package metadata was found for no"
    assert errors(ini) == [f"{ini}: {problem}", f"{ini.name}: {problem}", f"{ini}: {problem}"]


@pytest.mark.one_combination
def test_the_traceback_of_an_import_error_is_not_hidden(ini: Path) -> None:
    ini.write_text(ini.read_text().replace("use = egg:classroom\n", "use = call:nomodule:x\n"))
    with pytest.raises(ModuleNotFoundError):
        start(ini)
    with pytest.raises(ModuleNotFoundError):
        run(ini, "users")


def test_a_missing_driver_is_an_error_with_the_extra(
    ini: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(ini, {"sqlalchemy.url": "postgresql+psycopg://localhost/x"})
    monkeypatch.setitem(sys.modules, "psycopg", None)
    install = "psycopg is not installed; install the extra classroom[postgresql]"
    assert errors(ini) == [f"sqlalchemy.url: {install}"] * 3


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("thread = 8", " thread: unknown setting"),
        ("threads = x", " threads: invalid literal"),
        ("port = 80000", " port: port 80000 is greater than 65535"),
        ("port = 6543", ": host or port may not be set if listen is set"),
    ],
)
def test_an_invalid_server_setting_is_an_error(ini: Path, line: str, problem: str) -> None:
    ini.write_text(ini.read_text().replace("[server:main]", f"[server:main]\n{line}"))
    with pytest.raises(SettingError) as refused:
        start(ini)
    assert str(refused.value).startswith(f"[server:main]{problem}")
    assert "\n" not in str(refused.value)
