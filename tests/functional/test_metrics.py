"""The metrics of a real server, as Prometheus scrapes them."""

import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from importlib.metadata import metadata, version
from pathlib import Path
from platform import python_version
from typing import Any
from urllib.request import urlopen

import pytest

from classroom.db.revision import head

from ..support.application import engine_of, open_application
from ..support.commands import run
from ..support.conflicts import CONFLICTS
from ..support.gate import Gate
from ..support.paths import ROOT
from ..support.postgresql import PostgreSQL
from ..support.pserve import configure, pserve
from ..support.redis import running_redis, url_of
from ..support.sockets import exchange, free_port, is_up
from ..support.users import NAME, PASSWORD, add_user, basic
from ..support.waiting import TIMEOUT, wait_for
from ..support.waitress import serving

STUDENTS = "/api/v1.0/students/"
NEW = '{"name": "david"}'
SAMPLE = re.compile(r"^(?!#)(\S+?(?:\{.*\})?) (\S+)$", re.MULTILINE)


class Service:
    """A served application, and its metrics."""

    def __init__(self, port: int, metrics_port: int) -> None:
        self.port = port
        self._metrics_port = metrics_port

    def ask(self, method: str, path: str, body: str | None = None, password: str = PASSWORD) -> int:
        """Return the status of a request."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)) as client:
            headers = {"Authorization": basic(NAME, password), "Content-Type": "application/json"}
            client.request(method, path, body, headers)
            response = client.getresponse()
            response.read()
            return response.status

    def scrape(self) -> str:
        with urlopen(f"http://127.0.0.1:{self._metrics_port}/metrics", timeout=TIMEOUT) as response:
            return response.read().decode()

    def samples(self, name: str) -> dict[str, float]:
        """Return the samples of a metric that are not zero, by their labels."""
        found = {sample: float(value) for sample, value in SAMPLE.findall(self.scrape())}
        return {
            sample.removeprefix(name): value
            for sample, value in found.items()
            if sample.partition("{")[0] == name and value
        }

    def wait_for_requests(self, number: int) -> None:
        """Wait until that many requests are counted, which happens after the response."""
        wait_for(lambda: sum(self.samples("classroom_requests_total").values()) == number)


@pytest.fixture
def metrics_port(app_settings: dict[str, str]) -> int:
    port = free_port()
    app_settings["classroom.metrics_listen"] = f"127.0.0.1:{port}"
    return port


@pytest.fixture
def serve(app_settings: dict[str, str], metrics_port: int) -> Iterator[Callable[..., Service]]:
    """Serve an application with the settings at the time of the call."""
    with ExitStack() as stack:

        def start(**options: str) -> Service:
            app = stack.enter_context(open_application(app_settings))
            port = stack.enter_context(serving(app, **options))
            wait_for(lambda: is_up(metrics_port))
            return Service(port, metrics_port)

        yield start


@pytest.fixture
def service(serve: Callable[..., Service]) -> Service:
    return serve()


def labels(resource: str, method: str, status: int) -> str:
    return f'{{method="{method}",resource="{resource}",status="{status}"}}'


@pytest.mark.one_combination
def test_requests_are_counted_by_resource_method_and_status(service: Service) -> None:
    assert [service.ask("GET", "/"), service.ask("HEAD", "/")] == [200, 200]
    assert service.ask("POST", STUDENTS, NEW) == 201
    assert [service.ask("GET", f"{STUDENTS}1") for _ in range(2)] == [200, 200]
    assert service.ask("PUT", "/") == 405
    assert service.ask("GET", STUDENTS, password="wrong") == 401
    assert service.ask("GET", f"{STUDENTS}x") == 404
    assert service.ask("BREW", "/") == 405
    assert exchange(service.port, b"nonsense\r\n\r\n").split()[1] == b"400"
    head = b"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: zip\r\n\r\n"
    assert exchange(service.port, head).split()[1] == b"501"
    service.wait_for_requests(11)
    assert service.samples("classroom_requests_total") == {
        labels("Root", "GET", 200): 1,
        labels("Root", "HEAD", 200): 1,
        labels("Students", "POST", 201): 1,
        labels("Student", "GET", 200): 2,
        labels("Root", "PUT", 405): 1,
        labels("none", "GET", 401): 1,
        labels("Students", "GET", 404): 1,
        labels("Root", "other", 405): 1,
        labels("none", "other", 400): 1,
        labels("none", "GET", 501): 1,
    }


@pytest.mark.one_combination
def test_durations_are_in_a_histogram(service: Service) -> None:
    for _ in range(3):
        service.ask("GET", "/")
    service.wait_for_requests(3)
    name, of_root = "classroom_request_seconds", 'method="GET",resource="Root"'
    assert service.samples(f"{name}_count") == {f"{{{of_root}}}": 3}
    assert 0 < service.samples(f"{name}_sum")[f"{{{of_root}}}"] < 20
    buckets = service.samples(f"{name}_bucket")
    assert buckets[f'{{le="+Inf",{of_root}}}'] == 3
    assert list(buckets.values()) == sorted(buckets.values())


@pytest.mark.usefixtures("cached_identities")
def test_reads_and_writes_count_their_statements(service: Service) -> None:
    def counted() -> dict[str, float]:
        return service.samples("classroom_statement_seconds_count")

    service.ask("GET", "/api/v1.0/")  # caches the identity
    expected = counted()
    for method, path, status, operation in (
        ("POST", STUDENTS, 201, "insert"),
        ("GET", STUDENTS, 200, "select"),
        ("GET", f"{STUDENTS}1", 200, "select"),
        ("DELETE", f"{STUDENTS}1", 200, "delete"),
    ):
        assert service.ask(method, path, NEW if method == "POST" else None) == status
        label = f'{{operation="{operation}"}}'
        expected[label] = expected.get(label, 0) + 1
        assert counted() == expected
        assert 0 < service.samples("classroom_statement_seconds_sum")[label] < 20


@pytest.mark.one_combination
def test_retries_are_counted(
    app_settings: dict[str, str], postgresql: PostgreSQL, serve: Callable[..., Service]
) -> None:
    app_settings["sqlalchemy.url"] = postgresql.create()
    with open_application({"sqlalchemy.url": app_settings["sqlalchemy.url"]}) as other:
        add_user(engine_of(other))
        with engine_of(other).begin() as connection:
            conflicts = CONFLICTS.format(times=2, state="40001", when="INITIALLY DEFERRED")
            connection.exec_driver_sql(conflicts)
    service = serve()
    assert service.ask("POST", STUDENTS, NEW) == 201
    service.wait_for_requests(1)
    assert service.samples("classroom_request_retries_total") == {"": 2}


@pytest.mark.one_combination
@pytest.mark.usefixtures("endless_windows")
def test_the_rate_limit_is_counted(
    app_settings: dict[str, str], serve: Callable[..., Service]
) -> None:
    app_settings |= {"classroom.use_rate_limits": "true", "classroom.redis_url": "memory://"}
    service = serve()
    assert [service.ask("GET", "/") for _ in range(7)] == [200] * 5 + [429] * 2
    assert service.samples("classroom_rate_limit_calls_total") == {"": 7}
    assert service.samples("classroom_rate_limit_refusals_total") == {"": 2}
    service.wait_for_requests(7)
    assert service.samples("classroom_requests_total")[labels("none", "GET", 429)] == 2


@pytest.mark.one_combination
def test_an_unavailable_redis_is_bypassed(
    app_settings: dict[str, str], serve: Callable[..., Service]
) -> None:
    port = free_port()
    app_settings |= {
        "classroom.use_rate_limits": "true",
        "classroom.redis_url": url_of(port),
    }
    with running_redis(port):
        service = serve()
        service.ask("GET", "/")
        assert service.samples("classroom_redis_bypassed") == {}
        assert "\nclassroom_redis_bypassed 0.0\n" in service.scrape()
    service.ask("GET", "/")
    assert service.samples("classroom_redis_bypassed") == {"": 1}


@pytest.mark.one_combination
def test_failed_logins_are_counted(service: Service) -> None:
    assert [service.ask("GET", STUDENTS, password=wrong) for wrong in ("a", "b")] == [401, 401]
    assert service.ask("GET", STUDENTS) == 200
    assert service.samples("classroom_failed_logins_total") == {"": 2}


@pytest.mark.one_combination
def test_busy_threads_and_waiting_requests_are_shown(
    serve: Callable[..., Service], monkeypatch: pytest.MonkeyPatch
) -> None:
    service, gate = serve(threads="1"), Gate(monkeypatch)
    # Waitress counts a thread as busy until it waits for its first request.
    wait_for(lambda: service.samples("classroom_busy_threads") == {})
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(service.ask, "GET", STUDENTS)
        wait_for(lambda: gate.waiting == 1)
        others = [pool.submit(service.ask, "GET", "/") for _ in range(2)]
        wait_for(lambda: service.samples("classroom_queued_requests") == {"": 2})
        assert service.samples("classroom_busy_threads") == {"": 1}
        gate.opened.set()
        assert [future.result() for future in (first, *others)] == [200] * 3
    wait_for(lambda: service.samples("classroom_busy_threads") == {})
    assert service.samples("classroom_queued_requests") == {}


@pytest.mark.one_combination
def test_the_versions_of_the_code_are_shown(service: Service) -> None:
    versions = f'python="{python_version()}",revision="{head()}",version="{version("classroom")}"'
    assert service.samples("classroom_build_info") == {f"{{{versions}}}": 1}


@pytest.mark.one_combination
def test_only_the_configured_address_has_the_metrics(service: Service, metrics_port: int) -> None:
    assert service.scrape()
    with closing(socket.socket()) as client:
        assert client.connect_ex(("127.0.0.2", metrics_port)) != 0
    assert service.ask("GET", "/metrics") == 404


@pytest.mark.one_combination
def test_the_listener_stops_and_starts_with_the_server(
    app_settings: dict[str, str], metrics_port: int
) -> None:
    with open_application(app_settings) as app:
        for _ in range(2):
            with serving(app) as port:
                wait_for(lambda: is_up(metrics_port))
                assert "classroom_busy_threads" in Service(port, metrics_port).scrape()
            assert not is_up(metrics_port)


@pytest.mark.one_combination
def test_each_application_has_its_own_metrics(
    app_settings: dict[str, str], metrics_port: int
) -> None:
    for _ in range(2):
        with open_application(app_settings) as app, serving(app) as port:
            wait_for(lambda: is_up(metrics_port))
            service = Service(port, metrics_port)
            service.ask("GET", "/")
            service.wait_for_requests(1)


@pytest.mark.one_combination
def test_a_metrics_port_in_use_is_one_error_line(app_ini: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        configure(app_ini, {"classroom.metrics_listen": address})
        with pserve(app_ini) as server:
            _, log = server.communicate(timeout=TIMEOUT)
        assert server.returncode == 1
        assert "Traceback" not in log
        problem = f"classroom.metrics_listen: cannot listen on {address}: Address already in use"
        assert log.splitlines()[-1] == problem
        # A script does not listen, so it can run while the service runs.
        assert run(app_ini, "run", "-", stdin="").exit_code == 0


# Makes three applications in a separate process: without metrics, with metrics and rate limits
# without Redis, and without the library.
THREE_APPLICATIONS = """
import sys
from classroom import main
url = {"sqlalchemy.url": sys.argv[1]}
main({}, **url)
print("prometheus_client" in sys.modules)
metrics = {"classroom.metrics_listen": "127.0.0.1:9150"}
main(
    {}, **url, **metrics,
    **{"classroom.use_rate_limits": "true", "classroom.redis_url": "memory://"},
)
print("redis" in sys.modules)
sys.modules["prometheus_client"] = None
main({}, **url, **metrics)
"""


def test_libraries_are_imported_only_if_settings_need_them(sqlite_url: str) -> None:
    command = [sys.executable, "-c", THREE_APPLICATIONS, sqlite_url]
    started = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (started.returncode, started.stdout, started.stderr.splitlines()[-1]) == (
        1,
        "False\nFalse\n",
        "classroom.metrics_listen: prometheus-client is not installed;"
        " install the extra classroom[metrics]",
    )
    assert "Traceback" not in started.stderr


@pytest.mark.one_combination
def test_the_documented_metrics_are_those_of_the_registry(
    app_settings: dict[str, str], serve: Callable[..., Service]
) -> None:
    app_settings |= {"classroom.use_rate_limits": "true"}
    found = re.findall(r"^# TYPE (\S+) (\S+)$", serve().scrape(), re.MULTILINE)
    text = (ROOT / "docs" / "operations.md").read_text()
    assert re.findall(r"^\| `(classroom_\w+)` \| (\w+) \|", text, re.MULTILINE) == sorted(found)


def test_the_testing_extra_includes_all_others() -> None:
    package: Any = metadata("classroom")
    extras = set(package.get_all("Provides-Extra"))
    [included] = [
        set(found[1].split(","))
        for line in package.get_all("Requires-Dist")
        if (found := re.match(r'classroom\[([\w,]+)\]; extra == "testing"', line))
    ]
    assert included == extras - {"testing"}
