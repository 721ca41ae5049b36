"""Input that is larger than any legitimate client sends is rejected early, and not stored."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, unquote_to_bytes

import jwt
import pytest
from sqlalchemy import Engine, insert, select
from webtest import TestApp

from classroom.models.tables import Student, User
from classroom.security import tokens

from ..support.application import API
from ..support.pserve import pserve
from ..support.statements import statements
from ..support.users import NAME, PASSWORD, SECRET, basic
from ..support.waiting import TIMEOUT

STUDENTS = "/api/v1.0/students/"
REGISTRATIONS = "/api/v1.0/registrations/"
PROBLEM = "application/problem+json"
NAME_RULE = "1 to 64 characters, at least one of them visible and none of them control characters"


class Server(NamedTuple):
    """A ``pserve`` on an empty database."""

    pid: int
    client: HTTPConnection

    def request(self, method: str, path: str, body: str | None = None) -> int:
        headers = {"Authorization": basic(NAME, PASSWORD), "Content-Type": "application/json"}
        self.client.request(method, path, body, headers)
        with self.client.getresponse() as response:
            response.read()
            return response.status

    def memory(self) -> int:
        """Return the resident memory of the process, in bytes."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS"))


@pytest.fixture
def server(ini: Path, port: int, sqlite_url: str) -> Iterator[Server]:
    with (
        pserve(ini) as process,
        closing(HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)) as client,
    ):
        yield Server(process.pid, client)


def growth(server: Server, send: Callable[[int], Any]) -> int:
    """Return the bytes of memory that 300 requests leave behind, after a few to warm up."""
    for number in range(50):
        send(number)
    before = server.memory()
    for number in range(50, 350):
        send(number)
    return server.memory() - before


def test_long_urls_are_4xx_and_take_no_memory(server: Server, subtests: pytest.Subtests) -> None:
    origin = f"http://127.0.0.1:{server.client.port}"

    def send_path(number: int) -> None:
        assert server.request("GET", f"/{number}" + "/ab" * 10_000) == 404

    def send_body(number: int) -> None:
        url = f"{origin}/{number}" + "/ab" * 10_000
        body = json.dumps({"student": url, "class": url})
        assert server.request("POST", REGISTRATIONS, body) == 400

    # Without a leak, memory grows by 5 MB and 1 MB; if each URL is kept, by 14 MB and 12 MB.
    for send, limit in ((send_path, 9_500_000), (send_body, 6_000_000)):
        with subtests.test(send=send.__name__):
            assert growth(server, send) < limit


@pytest.mark.one_combination
def test_a_path_has_at_most_200_bytes_below_the_mount_point(
    testapp: TestApp, subtests: pytest.Subtests
) -> None:
    testapp.post_json(STUDENTS, {"name": "x"})
    item = f"{STUDENTS}1/"
    for mount, (size, is_traversed) in product(("", "/" + "x" * 300), ((200, True), (201, False))):
        testapp.extra_environ["SCRIPT_NAME"] = mount
        # Each é is two bytes, and six characters when it is percent-encoded.
        path = item + "x" * (size % 2 + 1) + quote("é") * ((size - len(item) - 1) // 2)
        with subtests.test(mount=mount, size=size):
            assert len(unquote_to_bytes(path)) == size
            with statements() as sent:
                testapp.get(mount + path, status=404)
            assert any("FROM students" in one.text for one in sent) == is_traversed


@pytest.mark.one_combination
def test_401_comes_before_404_of_a_long_path(anonymous: TestApp, subtests: pytest.Subtests) -> None:
    for size in (10, 190, 30_000):
        with subtests.test(size=size):
            anonymous.get("/" + "x" * size, status=401)
            anonymous.get("/api/v1.0/openapi.json" + "/" * size, status=401)


@pytest.mark.one_combination
def test_a_long_url_in_a_body_is_400_with_its_field(testapp: TestApp) -> None:
    testapp.post_json(STUDENTS, {"name": "x"})
    for url in (f"{API}students/1" + "/" * 200, f"{API}{'../v1.0/' * 50}students/1"):
        refused = testapp.post_json(REGISTRATIONS, {"student": url, "class": url}, status=400)
        message = "student: must be the URL of a student of this server, or its id as an integer"
        assert refused.json["message"].startswith(message)


def words(number: int) -> str:
    return " ".join("abcdefghijklmnop"[:number])


def test_q_has_at_most_eight_words(testapp: TestApp, dbengine: Engine) -> None:
    with dbengine.begin() as connection:
        connection.execute(insert(Student), [{"name": "a b c d e f g h i"}, {"name": "a b"}])
    assert testapp.get(STUDENTS, {"q": words(8)}).json["meta"]["total"] == 1
    in_parentheses = "\u249c\u249d\u249e\u249f\u24a0\u24a1\u24a2\u24a3\u24a4"
    for q in (words(9), words(16), in_parentheses):
        refused = testapp.get(STUDENTS, {"q": q}, status=400)
        assert refused.json["message"] == "q: must have at most 8 different words"


def test_q_may_repeat_its_words(testapp: TestApp) -> None:
    testapp.post_json(STUDENTS, {"name": "ab"})
    assert testapp.get(STUDENTS, {"q": "a ab " * 10}).json["meta"]["total"] == 1


def test_q_may_be_fully_decomposed(testapp: TestApp) -> None:
    # The letter decomposes to four characters, the maximum in Unicode.
    name = "\u1f82" * 64
    testapp.post_json(STUDENTS, {"name": name})
    decomposed = "\u03b1\u0313\u0300\u0345" * 64
    assert testapp.get(STUDENTS, {"q": decomposed}).json["meta"]["total"] == 1
    refused = testapp.get(STUDENTS, {"q": f"{decomposed}\u0345"}, status=400)
    assert refused.json["message"] == f"q: must be {NAME_RULE}"


@pytest.mark.one_combination
def test_accept_over_1024_bytes_selects_no_media_type(
    anonymous: TestApp, subtests: pytest.Subtests
) -> None:
    sizes = {1024: PROBLEM, 1025: "application/json"}
    for unit, (size, media_type) in product(("x/y, ", "*;q=.1,"), sizes.items()):
        with subtests.test(unit=unit, size=size):
            accept = (unit * size)[: size - len(PROBLEM) - 2].rstrip(" *;q=.x/y") + ","
            accept = f"{accept.ljust(size - len(PROBLEM))}{PROBLEM}"
            assert len(accept) == size
            refused = anonymous.get(STUDENTS, headers={"Accept": accept}, status=401)
            assert refused.content_type == media_type


@pytest.mark.one_combination
@pytest.mark.usefixtures("endless_windows")
def test_a_429_ignores_a_long_or_malformed_accept(
    app_settings: dict[str, str], request: pytest.FixtureRequest
) -> None:
    app_settings |= {
        "classroom.use_rate_limits": "true",
        "classroom.rate_limit.calls": "1",
        "classroom.redis_url": "memory://",
    }
    client: TestApp = request.getfixturevalue("anonymous")
    client.get("/")
    wanted = {
        PROBLEM: PROBLEM,
        # WebOb allows a parameter without a value here.
        f"{PROBLEM}, a/b;q=1;c": "application/json",
        f"{PROBLEM}," + "*," * 16_000: "application/json",
    }
    for accept, media_type in wanted.items():
        refused = client.get("/", headers={"Accept": accept}, status=429)
        assert refused.content_type == media_type


INVISIBLE = [
    *(" ", "\u00a0", "\u2003", "\u3000", "\u2028", "\u00ad", "\u200b", "\u202e", "\ufeff"),
    *("\u3164", "\u115f", "\u1160", "\uffa0", "\u034f", "\u17b4", "\u180b", "\u2065", "\ufe0f"),
    *("\ufff0", "\U0001d173", "\U000e0001", "\U000e0041", "\U000e0100", "\U000e0fff"),
    " \u3164\u200b\U000e0020",
]


def test_a_name_without_visible_characters_is_400(testapp: TestApp) -> None:
    for name in INVISIBLE:
        refused = testapp.post_json(STUDENTS, {"name": name}, status=400)
        assert refused.json["message"] == f"name: must be {NAME_RULE}"
        testapp.get(STUDENTS, {"q": name}, status=400)
    assert testapp.get(STUDENTS).json["meta"]["total"] == 0


def test_a_name_may_contain_invisible_characters(testapp: TestApp) -> None:
    for name in ("\u2800", "नि\u200dशा", "a\u3164", "\u2764\ufe0f"):
        item = testapp.post_json(STUDENTS, {"name": name}, status=201).location
        assert testapp.get(item).json["name"] == name
        testapp.put_json(item, {"name": "\u3164"}, status=400)
        testapp.patch_json(item, {"name": "\u3164"}, status=400)


@pytest.fixture
def claims(app_settings: dict[str, str], dbengine: Engine) -> dict[str, Any]:
    """The claims of a token of the user."""
    with dbengine.connect() as connection:
        [row] = connection.execute(select(User.id, User.password_hash))
    token = tokens.issue(SECRET, row.id, row.password_hash, 1_700_000_000, 2_000_000_000)
    return jwt.decode(token, SECRET, algorithms=["HS256"])


def bearer(claims: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {jwt.encode(claims, SECRET, 'HS256')}"}


BAD_CLAIMS = {
    "sub": ["0", "01", "-1", "1" * 19, "1" * 5000, "\u0661", "\xb2", " 1", "1_0", "1\n", "x", ""],
    "exp": [10**400, 2**63, 2**53, 1e308, float("inf"), float("nan"), -1, "9999999999"],
    "iat": [10**400, -(10**400), 1e308, float("-inf"), float("nan"), 1.5, "1700000000"],
    "pwd": [7, "", "x" * 32, "\ud800", "0" * 33, "0" * 31 + "\n"],
}
OF_OTHER_TYPES: list[Any] = [None, True, [], {}, [1], {"a": 1}]
INVALID = [
    (claim, value) for claim, values in BAD_CLAIMS.items() for value in (*values, *OF_OTHER_TYPES)
]


@pytest.mark.usefixtures("token_mode")
def test_a_signed_token_with_an_invalid_claim_is_401(
    claims: dict[str, Any], anonymous: TestApp, subtests: pytest.Subtests
) -> None:
    anonymous.get(STUDENTS, headers=bearer(claims), status=200)
    for claim, value in INVALID:
        with subtests.test(claim=claim, value=str(value)[:40]):
            headers = bearer({**claims, claim: value})
            refused = anonymous.get(STUDENTS, headers=headers, status=401)
            challenges = refused.headers.getall("WWW-Authenticate")
            assert 'Bearer realm="classroom", error="invalid_token"' in challenges


@pytest.mark.usefixtures("token_mode")
def test_a_token_with_a_numeric_sub_is_401(claims: dict[str, Any], anonymous: TestApp) -> None:
    anonymous.get(STUDENTS, headers=bearer({**claims, "sub": 1}), status=401)
    anonymous.get(STUDENTS, headers=bearer({**claims, "sub": "9" * 18}), status=401)


@pytest.mark.one_combination
def test_every_response_has_nosniff(testapp: TestApp) -> None:
    """The contract requires the header in all other responses of the tests."""
    tag = testapp.get("/").headers["ETag"]
    responses = {
        200: testapp.get("/"),
        201: testapp.post_json(STUDENTS, {"name": "x"}),
        304: testapp.get("/", headers={"If-None-Match": tag}),
        308: testapp.get(STUDENTS.rstrip("/")),
        400: testapp.get("/", headers={"Host": "-"}, status="*"),
        401: testapp.get(STUDENTS, headers={"Authorization": "x"}, status="*"),
        404: testapp.get("/nowhere", status="*"),
        405: testapp.put("/", status="*"),
        412: testapp.get("/", headers={"If-Match": '"x"'}, status="*"),
        415: testapp.post(STUDENTS, "x", status="*"),
    }
    for status, response in responses.items():
        assert response.status_int == status
        assert response.headers.getall("X-Content-Type-Options") == ["nosniff"]
