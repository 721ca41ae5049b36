"""The access log, and the ids of requests."""

import json
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from ..support.pserve import copy_ini, pserve
from ..support.sockets import exchange
from ..support.users import NAME, PASSWORD, basic
from ..support.waiting import TIMEOUT, wait_for
from ..support.waitress import serving

HEADERS = {"Authorization": basic(NAME, PASSWORD)}
STUDENTS = "/api/v1.0/students/"
NEW_ID = re.compile("[0-9a-f]{16}")

Records = Callable[[], list[Any]]


@pytest.fixture
def access_records(caplog: pytest.LogCaptureFixture) -> Records:
    """Return the records of the access log, once there is one.

    The server writes it after the response.
    """
    caplog.set_level(logging.INFO)

    def records() -> list[Any]:
        return [record for record in caplog.records if record.name == "classroom.access"]

    return lambda: wait_for(records)


@pytest.fixture
def port_of_proxied(app: Any) -> Iterator[int]:
    """The port of a server that trusts its peer as a proxy."""
    trusted = {"trusted_proxy": "127.0.0.1", "trusted_proxy_headers": "x-forwarded-for"}
    with serving(app, **trusted) as port:
        yield port


def get_id(port: int, **headers: str) -> str:
    """Return the request id in the response."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)) as client:
        client.request("GET", f"{STUDENTS}?q=secret", headers=HEADERS | headers)
        return client.getresponse().headers["X-Request-ID"]


@pytest.mark.one_combination
def test_each_request_has_one_line(served_port: int, access_records: Records) -> None:
    id = get_id(served_port)
    [record] = access_records()
    fields = dict(record.fields)
    assert fields.pop("milliseconds") >= 0
    assert fields.pop("bytes") > 100
    assert fields == {
        "request_id": id,
        "client": "127.0.0.1",
        "method": "GET",
        "path": STUDENTS,
        "status": 200,
        "user": NAME,
    }


@pytest.mark.one_combination
def test_the_message_of_a_line_has_all_fields(served_port: int, access_records: Records) -> None:
    id = get_id(served_port)
    [record] = access_records()
    known = f"request_id={id} client=127.0.0.1 method=GET path={STUDENTS} status=200"
    assert re.fullmatch(rf"{known} bytes=\d+ milliseconds=\d+\.\d user={NAME}", record.getMessage())


@pytest.mark.one_combination
def test_the_line_has_the_address_of_the_client(
    port_of_proxied: int, access_records: Records
) -> None:
    get_id(port_of_proxied, **{"X-Forwarded-For": "203.0.113.9"})
    [record] = access_records()
    assert record.fields["client"] == "203.0.113.9"


@pytest.mark.one_combination
def test_a_trusted_proxy_sets_the_request_id(port_of_proxied: int) -> None:
    sent = "a.B_c-" + "9" * 58
    assert get_id(port_of_proxied, **{"X-Request-ID": sent}) == sent


@pytest.mark.one_combination
def test_an_invalid_request_id_is_replaced(port_of_proxied: int, subtests: pytest.Subtests) -> None:
    for sent in ("", "9" * 65, "a b", "a\xe9", "a,b"):
        with subtests.test(sent=sent):
            assert NEW_ID.fullmatch(get_id(port_of_proxied, **{"X-Request-ID": sent}))


@pytest.mark.one_combination
def test_other_clients_cannot_set_the_request_id(served_port: int) -> None:
    assert NEW_ID.fullmatch(get_id(served_port, **{"X-Request-ID": "mine"}))


REJECTED = {
    b"GET /a?b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: zip\r\n\r\n": ("GET", "/a", 501),
    b"nonsense\r\n\r\n": ("-", "-", 400),
    b"GET /" + b"a" * 2000 + b" HTTP/1.0\r\n\r\n": ("GET", "/" + "a" * 1023, None),
}


@pytest.mark.one_combination
def test_requests_that_the_server_rejects_are_logged(
    served_port: int,
    access_records: Records,
    caplog: pytest.LogCaptureFixture,
    subtests: pytest.Subtests,
) -> None:
    for request, (method, path, known) in REJECTED.items():
        caplog.clear()
        with subtests.test(request=request[:40]):
            response = exchange(served_port, request)
            [record] = access_records()
            status = int(response.split()[1])
            fields = record.fields
            assert (fields["method"], fields["path"], fields["status"]) == (method, path, status)
            assert known in (status, None)
            assert f"X-Request-Id: {record.request_id}\r\n".encode() in response


@pytest.mark.one_combination
def test_other_lines_of_a_request_have_its_id(
    served_port: int, caplog: pytest.LogCaptureFixture
) -> None:
    id = get_id(served_port, Authorization=basic(NAME, "wrong"))
    [failed] = [record for record in caplog.records if record.name == "classroom.security"]
    assert getattr(failed, "request_id", None) == id


@pytest.mark.one_combination
@pytest.mark.usefixtures("sqlite_url")
def test_production_logs_json(tmp_path: Path, port: int) -> None:
    settings = {"classroom.redis_url": "memory://", "classroom.drain": "0"}
    ini = copy_ini("production.ini", tmp_path, port, settings)
    ini.write_text(ini.read_text().replace("classroom.secret_key = \n", ""))
    with pserve(ini) as server:
        id = get_id(port)
        server.terminate()
        lines = server.stderr.read().splitlines() if server.stderr else []
    # pserve prints its process id itself.
    records = [json.loads(line) for line in lines if not line.startswith("Starting server")]
    [access] = [record for record in records if record["logger"] == "classroom.access"]
    assert access["request_id"] == id
    assert access["status"] == 200
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", access["time"])
