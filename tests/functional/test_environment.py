"""Settings from the environment, and values for the references in an ini file."""

from pathlib import Path

import pytest

from classroom.services import services
from classroom.settings import SettingError

from ..support.application import open_application
from ..support.commands import alembic, run, run_program
from ..support.pserve import configure
from ..support.users import NAME, SECRET

UNUSABLE = "sqlite:////nowhere/x.sqlite"


@pytest.fixture
def elsewhere(ini: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An ini file without a usable database; the environment has one."""
    configure(ini, {"sqlalchemy.url": UNUSABLE})
    monkeypatch.setenv("CLASSROOM_DATABASE_URL", database_url)
    return ini


def test_commands_use_the_database_of_the_environment(elsewhere: Path) -> None:
    assert run(elsewhere, "users").output == f"{NAME}\tregistrar\n"


def test_a_script_uses_the_database_of_the_environment(elsewhere: Path, database_url: str) -> None:
    ran = run(elsewhere, "run", "-", stdin="print(len(users))")
    assert (ran.exit_code, ran.stdout) == (0, "1\n")
    assert ran.stderr.endswith(f"Database: {database_url}\n")


@pytest.mark.one_combination
def test_alembic_uses_the_database_of_the_environment(elsewhere: Path) -> None:
    ran = run_program(elsewhere.parent, "alembic", "-c", elsewhere.name, "current")
    assert "(head)" in ran.stdout
    assert ran.stderr == ""


@pytest.mark.one_combination
def test_pshell_uses_the_database_of_the_environment(elsewhere: Path) -> None:
    words = ("pshell", "-p", "python", elsewhere.name)
    ran = run_program(elsewhere.parent, *words, stdin="print(len(users))\n")
    assert "\n>>> 1\n" in ran.stdout
    assert "Warning" not in ran.stderr


@pytest.mark.one_combination
def test_the_application_uses_the_settings_of_the_environment(
    app_settings: dict[str, str], database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLASSROOM_DATABASE_URL", database_url)
    monkeypatch.setenv("CLASSROOM_RATE_LIMIT_CALLS", "9")
    app_settings |= {"sqlalchemy.url": UNUSABLE, "classroom.rate_limit.calls": "8"}
    with open_application(app_settings) as app:
        assert services(app.registry).settings.rate_limit_calls == 9


@pytest.mark.one_combination
def test_unknown_variables_are_warnings(
    app_ini: Path,
    app_settings: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    kubernetes = ("SERVICE_HOST", "SERVICE_PORT", "PORT", "PORT_80_TCP_ADDR")
    for name in ("PER_PAGE", "PORTS", "PAGE", *kubernetes):
        monkeypatch.setenv(f"CLASSROOM_{name}", "7")
    with open_application(app_settings) as app:
        assert services(app.registry).settings.per_page == 7
    warnings = [text for text in caplog.messages if "CLASSROOM" in text]
    assert warnings == [
        "environment variables that have no effect: CLASSROOM_PAGE, CLASSROOM_PORTS;"
        " see docs/settings.md"
    ]
    checked = run(app_ini, "check")
    assert checked.exit_code == 0
    found = [line for line in checked.output.splitlines() if "CLASSROOM" in line]
    assert found == [
        f"warning: CLASSROOM_{name}: has no effect; see docs/settings.md"
        for name in ("PAGE", "PORTS")
    ]


@pytest.mark.one_combination
def test_a_file_can_hold_the_secret(
    app_settings: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (file := tmp_path / "secret").write_text("from-a-file" * 3 + "\n")
    monkeypatch.setenv("CLASSROOM_SECRET_KEY_FILE", str(file))
    with open_application(app_settings) as app:
        assert services(app.registry).secret_key == "from-a-file" * 3


@pytest.mark.one_combination
@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"CLASSROOM_PER_PAGE": "x"}, "CLASSROOM_PER_PAGE: must be a whole number"),
        ({"CLASSROOM_SECRET_KEY": "hidden"}, "CLASSROOM_SECRET_KEY: must be at least 32 bytes"),
        ({"CLASSROOM_SECRET_KEY_FILE": "/nowhere"}, "CLASSROOM_SECRET_KEY_FILE: cannot read /no"),
        ({"CLASSROOM_SECRET_KEY_FILE": "short"}, "CLASSROOM_SECRET_KEY_FILE: must be at least 32"),
        ({"CLASSROOM_SECRET_KEY_FILE": "latin"}, "CLASSROOM_SECRET_KEY_FILE: latin is not UTF-8"),
        (
            {"CLASSROOM_SECRET_KEY_FILE": "good", "CLASSROOM_SECRET_KEY": SECRET},
            "CLASSROOM_SECRET_KEY_FILE: CLASSROOM_SECRET_KEY is also set",
        ),
    ],
)
def test_an_invalid_variable_is_one_line_without_the_secret(
    app_settings: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    environ: dict[str, str],
    message: str,
) -> None:
    (tmp_path / "short").write_text("hidden")
    (tmp_path / "latin").write_bytes(b"hidden\xff" * 9)
    (tmp_path / "good").write_text("hidden" * 9)
    monkeypatch.chdir(tmp_path)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    with (
        pytest.raises(SettingError, match=f"^{message}") as refused,
        open_application(app_settings),
    ):
        pass
    assert "\n" not in str(refused.value)
    assert "hidden" not in str(refused.value)


@pytest.mark.one_combination
def test_the_target_of_a_copy_ignores_the_environment(elsewhere: Path) -> None:
    (target := elsewhere.with_name("target.ini")).write_text(
        "[app:main]\nuse = egg:classroom\nsqlalchemy.url = sqlite:///%(here)s/%(name)s.sqlite"
    )
    copied = run(elsewhere, "--set", "name=target", "copy", "--to-ini", str(target))
    assert copied.exit_code == 0, copied.output
    assert copied.stderr == f"Database: sqlite:///{elsewhere.parent}/target.sqlite\n"


@pytest.mark.one_combination
def test_references_in_the_ini_file_have_values(ini: Path, database_url: str) -> None:
    configure(ini, {"sqlalchemy.url": database_url.replace("classroom.sqlite", "%(db)s.sqlite")})
    assert run(ini, "--set", "db=classroom", "users").output == f"{NAME}\tregistrar\n"
    assert "(head)" in alembic(ini, "-x", "db=classroom", "current")
    refused = run(ini, "users")
    assert refused.exit_code == 1
    assert "sqlalchemy.url: no value for %(db)s; give one with db=VALUE" in refused.output
    assert run(ini, "--set", "db", "users").exit_code == 2


@pytest.mark.one_combination
@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("sqlalchemy.url = x:pass%(word)s", "sqlalchemy.url: no value for %(word)s"),
        ("a = %(b)s pass\nb = %(a)s", "a: the references in its value are circular"),
        ("password", "line 4 is not KEY = VALUE"),
    ],
)
@pytest.mark.parametrize("command", ["users", "run"])
def test_an_unreadable_ini_file_is_one_line_without_its_values(
    ini: Path, line: str, problem: str, command: str
) -> None:
    ini.write_text(f"[app:main]\nuse = egg:classroom\n\n{line}\n")
    refused = run(ini, command, *["-"] * (command == "run"))
    assert refused.exit_code == 1
    assert refused.output.startswith(f"{ini}: {problem}")
    assert refused.output.count("\n") == 1
    assert "pass" not in refused.output
