"""``classroom check``: one line for each problem, and no change."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import Engine

from ..support.commands import run
from ..support.pserve import configure, copy_ini, pserve
from ..support.sockets import free_port
from ..support.users import NAME, PASSWORD, SECRET
from ..support.waiting import TIMEOUT

PROXY = "trusted_proxy = 127.0.0.1\ntrusted_proxy_headers = x-forwarded-for"
NO_ADMIN = "warning: users: none is an admin; grant the role with setrole NAME admin"


INVALID_LOGGING = (
    ("level = INFO\n", "level = INFOO\n", "[logger_root] level: unknown level 'INFOO'"),
    ("level = NOTSET\n", "level = 1\n", "[handler_console] level: unknown level '1'"),
    ("[logger_pool]", "[logger_pol]", "[logger_pool]: is missing"),
    ("keys = console, access", "keys = console, access,", "[handler_]: is missing"),
    ("keys = root, ", "keys = ", "[loggers] keys: does not contain root"),
    ("keys = root, ", "keys = root, %(x)s, ", "[loggers]: keys: no value for %(x)s"),
    ("[formatters]", "[formats]", "[formatters] keys: is not set, or the section is missing"),
    (
        "keys = console, ",
        "keys = ",
        "[logger_root] handlers: console is not in the keys of [handlers]",
    ),
    (
        "formatter = generic",
        "formatter = json",
        "[handler_console] formatter: json is not in the keys of [formatters]",
    ),
    ("class = Stream", "class = Strem", "[handler_console] class: unknown class 'StremHandler'"),
    ("class = StreamHandler", "class =", "[handler_console] class: unknown class ''"),
    ("class = StreamHandler", "class = handlers", "[handler_console] class: unknown class"),
    ("TextFormatter", "F", "[formatter_generic] class: unknown class 'classroom.logs.formatters.F"),
    ("classroom.logs.formatters.Text", "", "[formatter_generic] class: unknown class 'Formatter'"),
    ("qualname = classroom\n", "", "[logger_classroom] qualname: is not set"),
    ("args = (sys", "args = (%sys", "[handler_console]: args: a % in a value must be written"),
)
VALID_LOGGING = (
    ("keys = root, ", "first = root\nkeys = %(first)s, "),
    ("[formatter_access]", "[formatter_access]\ndefaults = {'a': '50%'}"),
    ("[formatter_access]", "[formatter_access]\nlevel = x"),
    ("[formatter_access]", "[formatter_access]\nclass ="),
    ("qualname = classroom\n", "qualname = classroom\nclass = x\n"),
    ("qualname = classroom\n", "qualname = classroom\nnote = 50%\n"),
    ("class = StreamHandler", "class = logging.StreamHandler\nkwargs = {}"),
    ("class = StreamHandler", "class = handlers.QueueHandler"),
)
_FILE_CONFIG = """
import sys
from logging.config import fileConfig

for path in sys.argv[1:]:
    try:
        fileConfig(path, disable_existing_loggers=False)
    except Exception as error:
        print(False)
        print(path, repr(error), file=sys.stderr)
    else:
        print(True)
"""


def lines(ini: Path, *, status: int) -> list[str]:
    """Return the lines that the command prints, without the one about admins."""
    checked = run(ini, "check")
    assert checked.exit_code == status, checked.output
    return [line for line in checked.output.splitlines() if line != NO_ADMIN]


ENTRY_POINTS = {
    "classroom": "classroom:main",
    "classroom#server": "classroom.server.factory:make_server",
}


def lines_as_another_user(ini: Path) -> list[str]:
    # The other user may not be able to read the package, so import it before, and do not look up
    # its entry points.
    for name, function in ENTRY_POINTS.items():
        ini.write_text(ini.read_text().replace(f"use = egg:{name}\n", f"use = call:{function}\n"))
    run(ini, "check")
    os.seteuid(65534)
    try:
        return lines(ini, status=1)
    finally:
        os.seteuid(0)


def set_server(ini: Path, line: str) -> None:
    ini.write_text(ini.read_text().replace("[server:main]", f"[server:main]\n{line}"))


def test_check_finds_no_problem_if_there_is_an_admin(app_ini: Path) -> None:
    assert run(app_ini, "check").output == f"{NO_ADMIN}\n"
    run(app_ini, "setrole", NAME, "admin")
    checked = run(app_ini, "check")
    assert (checked.exit_code, checked.output) == (0, "No problems found.\n")
    run(app_ini, "deluser", NAME)
    assert lines(app_ini, status=0) == [
        "warning: users: there are none; create one with adduser NAME --role admin"
    ]


@pytest.mark.one_combination
@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"classroom.secret_key": "short"}, "classroom.secret_key: must be at least 32 bytes"),
        ({"classroom.per_page": "x"}, "classroom.per_page: must be a whole number"),
        ({"classroom.per_page": "101"}, "classroom.per_page: must not exceed"),
        ({"classroom.pages": "1"}, "classroom.pages: unknown setting"),
        ({"pyramid.debug_all": "true"}, "pyramid.debug_all: is for development"),
        ({"pyramid.reload_templates": "yes"}, "pyramid.reload_templates: is for development"),
        ({"pyramid.includes": "x pyramid_debugtoolbar"}, "pyramid.includes: pyramid_debugtoolbar"),
        ({"sqlalchemy.url": "nonsense"}, "sqlalchemy.url: is malformed"),
        ({"sqlalchemy.url": "sqlite://a:b@c:d/e"}, "sqlalchemy.url: is malformed"),
        ({"sqlalchemy.url": "sqlite:////missing/x.sqlite"}, "/missing: is not a directory"),
        ({"sqlalchemy.url": "postgresql+psycopg://x@127.0.0.1:1/x"}, "sqlalchemy.url: connection"),
        ({"sqlalchemy.url": "sqlite:////etc/passwd"}, "sqlalchemy.url: file is not a database"),
    ],
)
def test_an_invalid_setting_is_an_error(
    app_ini: Path, settings: dict[str, str], problem: str
) -> None:
    configure(app_ini, settings)
    assert any(line.startswith(f"error: {problem}") for line in lines(app_ini, status=1))


def test_the_pool_must_suffice_for_all_threads(app_ini: Path, app_settings: dict[str, str]) -> None:
    needed = 8 if app_settings["sqlalchemy.url"].startswith("sqlite") else 4
    configure(app_ini, {"sqlalchemy.pool_size": "2", "sqlalchemy.max_overflow": str(needed - 3)})
    assert lines(app_ini, status=1) == [
        f"error: sqlalchemy.pool_size: {needed - 1} connections are too few:"
        f" threads = 4 requires {needed}"
    ]
    configure(app_ini, {"sqlalchemy.max_overflow": str(needed - 2)})
    assert lines(app_ini, status=0) == []


@pytest.mark.one_combination
def test_token_mode_needs_a_secret_key(ini: Path) -> None:
    assert len(lines(ini, status=0)) == 1
    configure(ini, {"classroom.use_token_auth": "true"})
    assert lines(ini, status=1)[0].startswith("error: classroom.secret_key: is not set")
    configure(ini, {"classroom.secret_key": SECRET})
    assert len(lines(ini, status=0)) == 1


@pytest.mark.one_combination
def test_pyramid_debugging_is_found_in_the_environment(
    app_ini: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYRAMID_DEBUG_ALL", "1")
    assert lines(app_ini, status=1) == ["error: PYRAMID_DEBUG_ALL: is for development"]


@pytest.mark.one_combination
def test_an_invalid_variable_hides_no_other_problem(
    app_ini: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(app_ini, {"classroom.use_token_auth": "true", "classroom.pages": "1"})
    monkeypatch.setenv("CLASSROOM_DRAIN", "abc")
    monkeypatch.setenv("CLASSROOM_SECRET_KEY_FILE", "/nowhere")
    assert sorted(lines(app_ini, status=1)) == [
        "error: CLASSROOM_DRAIN: must be a whole number from 0 to 3600, not 'abc'",
        "error: CLASSROOM_SECRET_KEY_FILE: cannot read /nowhere: No such file or directory",
        "error: classroom.pages: unknown setting",
    ]


@pytest.mark.one_combination
@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("thread = 8\nlimit = 1", " thread: unknown setting"),
        ("port = 1", ": host or port may not be set if listen is set."),
        ("port = 65536", " port: port 65536 is greater than 65535"),
        ("expose_tracebacks = true", " expose_tracebacks: is for development"),
        ("expose_tracebacks = true\nthread = 8", " expose_tracebacks: is for development"),
    ],
)
def test_server_settings_are_checked(app_ini: Path, line: str, problem: str) -> None:
    set_server(app_ini, line)
    found = lines(app_ini, status=1)
    assert found[0] == f"error: [server:main]{problem}"
    assert len(found) == line.count("=")


@pytest.mark.one_combination
def test_a_port_that_would_wrap_around_is_an_error(app_ini: Path, port: int) -> None:
    text = app_ini.read_text()
    for address in ("localhost:80000", "127.0.0.1:80 [::1]:65536"):
        app_ini.write_text(text.replace(f"localhost:{port}", address))
        [line] = lines(app_ini, status=1)
        number = address.rpartition(":")[2]
        assert line == f"error: [server:main] listen: port {number} is greater than 65535"
    app_ini.write_text(text.replace(f"localhost:{port}", "127.0.0.1:65535 [::1]:http"))
    assert lines(app_ini, status=0) == []


@pytest.mark.one_combination
def test_a_missing_server_is_an_error(app_ini: Path) -> None:
    text = app_ini.read_text()
    for old, new in (("[server:main]", "[sever:main]"), ("use = egg:classroom#server", "")):
        app_ini.write_text(text.replace(old, new))
        assert lines(app_ini, status=1) == [
            "error: [server:main] use: is not set, or the section is missing"
        ]


@pytest.mark.one_combination
@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("use = egg:clasroom#server", "No package metadata was found for clasroom"),
        ("use = egg:classroom#sever", "Entry point 'sever' not found in egg 'classroom'"),
        ("use = server", "No section 'server' (prefixed by 'server') found"),
        ("use = config:malformed.ini", "line 1 is not in a section"),
        ("use = config:missing.ini", "[Errno 2] No such file or directory"),
        ("paste.server_factory = missing:make", "No module named 'missing'"),
        ("paste.server_factory = classroom:make", "module 'classroom' has no attribute 'make'"),
        ("paste.server_factory = classroom.server.factory:make_server", None),
        ("use = call:classroom.server.factory:make_server", None),
    ],
)
def test_an_unknown_server_is_an_error(app_ini: Path, line: str, problem: str | None) -> None:
    app_ini.with_name("malformed.ini").write_text("use = egg:waitress#main\n")
    app_ini.write_text(app_ini.read_text().replace("use = egg:classroom#server", line))
    found = "".join(lines(app_ini, status=int(problem is not None)))
    assert found.startswith(f"error: [server:main]: {problem}" if problem else "")
    assert bool(found) is (problem is not None)


@pytest.mark.one_combination
def test_invalid_logging_is_an_error(app_ini: Path, subtests: pytest.Subtests) -> None:
    text = app_ini.read_text()
    for old, new, problem in INVALID_LOGGING:
        with subtests.test(problem):
            app_ini.write_text(text.replace(old, new, 1))
            found = lines(app_ini, status=1)
            assert any(line.startswith(f"error: {problem}") for line in found), found


@pytest.mark.one_combination
def test_valid_logging_is_not_an_error(app_ini: Path, subtests: pytest.Subtests) -> None:
    text = app_ini.read_text()
    for old, new in VALID_LOGGING:
        with subtests.test(new):
            app_ini.write_text(text.replace(old, new, 1))
            assert lines(app_ini, status=0) == []


@pytest.mark.one_combination
def test_problems_of_logging_are_in_a_fixed_order(app_ini: Path) -> None:
    old = "level = DEBUG\nhandlers = \nqualname = classroom\n"
    new = "level = x\nhandlers = d, b, a, c\n"
    app_ini.write_text(app_ini.read_text().replace(old, new))
    assert lines(app_ini, status=1) == [
        "error: [logger_classroom] qualname: is not set",
        "error: [logger_classroom] level: unknown level 'x'",
        *(
            f"error: [logger_classroom] handlers: {name} is not in the keys of [handlers]"
            for name in "dbac"
        ),
    ]


def test_logging_accepts_what_the_check_accepts(tmp_path: Path) -> None:
    text = copy_ini("development.ini", tmp_path, free_port()).read_text()
    changes = [*VALID_LOGGING, *((old, new) for old, new, _ in INVALID_LOGGING)]
    for number, (old, new) in enumerate(changes):
        assert old in text
        (tmp_path / str(number)).write_text(text.replace(old, new, 1))
    command = [sys.executable, "-c", _FILE_CONFIG, *map(str, range(len(changes)))]
    program = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=TIMEOUT
    )
    accepted = [number < len(VALID_LOGGING) for number in range(len(changes))]
    assert program.stdout.split() == list(map(str, accepted)), program.stderr


@pytest.mark.one_combination
@pytest.mark.parametrize("server", ["egg:waitress#main", "egg:pyramid#wsgiref"])
def test_only_settings_of_waitress_are_checked(app_ini: Path, server: str) -> None:
    app_ini.write_text(app_ini.read_text().replace("egg:classroom#server", server))
    set_server(app_ini, "workers = 8")
    assert len(lines(app_ini, status=int("waitress" in server))) == int("waitress" in server)


@pytest.mark.one_combination
@pytest.mark.parametrize(
    ("address", "is_safe"),
    [("127.0.0.1:9150", True), ("[::1]:9150", True), ("0.0.0.0:9150", False), ("[::]:9", False)],
)
def test_metrics_are_on_a_loopback_address(app_ini: Path, address: str, is_safe: bool) -> None:
    configure(app_ini, {"classroom.metrics_listen": address})
    found = "\n".join(run(app_ini, "check").output.splitlines())
    assert (f"error: classroom.metrics_listen: {address} is not a loopback" in found) is not is_safe


@pytest.mark.one_combination
def test_metrics_without_their_library_are_an_error(
    app_ini: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    assert lines(app_ini, status=0) == []
    configure(app_ini, {"classroom.metrics_listen": "127.0.0.1:9150"})
    assert lines(app_ini, status=1) == [
        "error: classroom.metrics_listen: prometheus-client is not installed;"
        " install the extra classroom[metrics]"
    ]


@pytest.mark.one_combination
def test_an_unreachable_redis_is_an_error_if_it_is_used(app_ini: Path, redis_url: str) -> None:
    nowhere = f"redis://127.0.0.1:{free_port()}/0"
    set_server(app_ini, PROXY)
    configure(app_ini, {"classroom.redis_url": nowhere})
    assert lines(app_ini, status=0) == []
    configure(app_ini, {"classroom.use_rate_limits": "true"})
    [line] = lines(app_ini, status=1)
    assert line.startswith("error: classroom.redis_url: ")
    configure(app_ini, {"classroom.redis_url": "localhost:6379"})
    [line] = lines(app_ini, status=1)
    assert line.startswith("error: classroom.redis_url: must be a redis://")
    for url in (redis_url, "memory://"):
        configure(app_ini, {"classroom.redis_url": url})
        assert lines(app_ini, status=0) == []


@pytest.mark.one_combination
@pytest.mark.parametrize(
    ("address", "status"), [("localhost:80", 1), ("127.0.0.1:80 *:81", 0), ("0.0.0.0:80", 0)]
)
def test_rate_limits_need_the_address_of_the_proxy(
    app_ini: Path, port: int, address: str, status: int
) -> None:
    """Without a proxy, the service listens on an address that is not local."""
    configure(app_ini, {"classroom.use_rate_limits": "true", "classroom.redis_url": "memory://"})
    app_ini.write_text(app_ini.read_text().replace(f"localhost:{port}", address))
    [line] = lines(app_ini, status=status)
    assert line.startswith(f"{'error' if status else 'warning'}: [server:main] trusted_proxy: ")
    set_server(app_ini, PROXY.replace("forwarded-for", "forwarded-proto"))
    [line] = lines(app_ini, status=1)
    assert line.startswith("error: [server:main] trusted_proxy_headers: has no x-forwarded-for")


@pytest.mark.one_combination
@pytest.mark.parametrize(
    ("revision", "oldest", "level"),
    [("0000", "0000", "error"), ("9999", "9999", "error"), ("9999", "0000", "warning")],
)
def test_a_different_revision_is_reported(
    app_ini: Path, dbengine: Engine, revision: str, oldest: str, level: str
) -> None:
    with dbengine.begin() as connection:
        values = f"version_num = '{revision}', oldest_code = '{oldest}'"
        connection.exec_driver_sql(f"UPDATE alembic_version SET {values}")
    [line] = lines(app_ini, status=int(level == "error"))
    assert line.startswith(f"{level}: sqlalchemy.url: the database is at revision {revision}")


def test_a_check_creates_neither_file_nor_tables(ini: Path, empty_url: str) -> None:
    configure(ini, {"sqlalchemy.url": empty_url})
    before = os.listdir(ini.parent)
    for _ in range(2):
        [line] = lines(ini, status=0)
        assert line.startswith("warning: sqlalchemy.url: the")
    assert os.listdir(ini.parent) == before


@pytest.mark.one_combination
def test_a_check_does_not_change_an_unrelated_database(ini: Path) -> None:
    path = ini.with_name("classroom.sqlite")
    with closing(sqlite3.connect(path)) as foreign:
        foreign.execute("CREATE TABLE something (x)")
    path.chmod(0o600)
    before = path.read_bytes()
    [line] = lines(ini, status=1)
    assert "tables that classroom did not create" in line
    assert path.read_bytes() == before


@pytest.mark.one_combination
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_readable_sqlite_file_is_an_error(app_ini: Path) -> None:
    path = app_ini.with_name("classroom.sqlite")
    path.chmod(0o644)
    [line] = lines(app_ini, status=1)
    assert line == f"error: {path}: is readable by other users; restrict it with chmod 600"


@pytest.mark.one_combination
@pytest.mark.parametrize(
    ("settings", "is_secret"),
    [
        ({"classroom.secret_key": ""}, False),
        ({"classroom.secret_key": SECRET}, True),
        ({"sqlalchemy.url": "postgresql+psycopg://a:b@127.0.0.1:1/x"}, True),
        ({"sqlalchemy.url": "postgresql+psycopg://a@127.0.0.1:1/x"}, False),
        ({"sqlalchemy.url": "postgresql+psycopg://a@127.0.0.1:1/x?password=b"}, True),
        ({"sqlalchemy.url": "postgresql+psycopg://a@127.0.0.1:1/x?sslpassword=b"}, True),
        ({"sqlalchemy.url": "postgresql+psycopg://a:%(given)s@127.0.0.1:1/x"}, False),
        ({"sqlalchemy.url": "postgresql+psycopg://a:b%(given)s@127.0.0.1:1/x"}, True),
        ({"sqlalchemy.url": "nonsense"}, False),
        ({"classroom.secret_key": "%(given)s"}, False),
        ({"classroom.redis_url": "redis://:secret@localhost"}, True),
        ({"classroom.redis_url": "redis://localhost?password=secret"}, True),
        ({"classroom.redis_url": "redis://:%(given)s@localhost"}, False),
        ({"classroom.redis_url": "redis://localhost"}, False),
        ({"classroom.redis_url": "nonsense"}, False),
    ],
)
def test_a_readable_ini_file_with_a_secret_is_a_warning(
    ini: Path, settings: dict[str, str], is_secret: bool
) -> None:
    configure(ini, settings)
    warning = f"warning: {ini}: is readable by other users; restrict it with chmod 600\n"
    for mode, is_found in ((0o640, False), (0o644, is_secret)):
        ini.chmod(mode)
        checked = run(ini, "--set", f"given={SECRET}", "check")
        assert (warning in checked.output) is is_found


@pytest.fixture
def owned_by_root() -> Iterator[Path]:
    """A directory that others can enter and read, without the rights of root."""
    with TemporaryDirectory(prefix="classroom-") as folder:
        path = Path(folder)
        path.chmod(0o755)
        yield path


@pytest.mark.one_combination
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_files_that_the_user_cannot_write_are_errors(owned_by_root: Path) -> None:
    ini = copy_ini("development.ini", owned_by_root, free_port())
    ini.chmod(0o644)
    run(ini, "adduser", NAME, "--password-stdin", stdin=PASSWORD)
    found = lines_as_another_user(ini)
    assert f"error: {owned_by_root}: is not writable" in found
    assert f"error: {owned_by_root}/classroom.sqlite: is not writable" in found


@pytest.mark.one_combination
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
@pytest.mark.parametrize("folder", ["closed", "closed/data"])
def test_a_directory_not_accessible_to_the_user_is_an_error(
    owned_by_root: Path, folder: str
) -> None:
    ini = copy_ini("development.ini", owned_by_root, free_port())
    path = owned_by_root / folder / "classroom.sqlite"
    path.parent.mkdir(parents=True)
    configure(ini, {"sqlalchemy.url": f"sqlite:///{path}"})
    ini.chmod(0o644)
    run(ini, "adduser", NAME, "--password-stdin", stdin=PASSWORD)
    (owned_by_root / "closed").chmod(0o700)
    found = lines_as_another_user(ini)
    assert f"error: sqlalchemy.url: [Errno 13] Permission denied: '{path}'" in found
    problem = "is not writable" if folder == "closed" else "is not a directory, or is in one that"
    assert any(line.startswith(f"error: {path.parent}: {problem}") for line in found)
    assert len(found) == 2


@pytest.mark.one_combination
def test_a_check_runs_while_the_service_runs(app_ini: Path) -> None:
    with pserve(app_ini):
        assert lines(app_ini, status=0) == []
