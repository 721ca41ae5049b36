import base64
import time
from itertools import product
from typing import Any

import argon2
import jwt
import pytest
from pyramid.authorization import DENY_ALL
from pyramid.security import remember
from sqlalchemy import delete, event, update
from webtest import TestApp

from classroom.models.tables import User
from classroom.request import Request
from classroom.resources.tree import Student
from classroom.security import tokens
from classroom.security.passwords import hash_password
from classroom.services import services

from ..support.application import open_application
from ..support.users import NAME, PASSWORD, SECRET, basic

API_PATHS = ["/api/v1.0/", "/api/v1.0/students/", "/api/v1.0/students/1", "/nowhere", "/auth/x"]
TOKEN_PATH = "/auth/request-token"


def status(client: TestApp, authorization: str, path: str = "/api/v1.0/") -> int:
    headers = {"Authorization": authorization}
    return client.get(path, headers=headers, status="*").status_int


def request_token(client: TestApp) -> str:
    response = client.get(TOKEN_PATH, headers={"Authorization": basic(NAME, PASSWORD)})
    return response.json["token"]


@pytest.mark.one_combination
def test_missing_credentials_are_401_before_404_and_405(
    anonymous: TestApp, subtests: pytest.Subtests
) -> None:
    methods = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "BREW")
    for path, method in product([*API_PATHS, TOKEN_PATH], methods):
        with subtests.test(path=path, method=method):
            response = anonymous.request(path, method=method, status=401)
            challenges = response.headers.getall("WWW-Authenticate")
            assert challenges == ['Basic realm="classroom", charset="UTF-8"']
            assert response.headers["Cache-Control"] == "no-store"
            if method != "HEAD":
                assert response.json["error"] == "unauthorized"


def test_the_root_is_readable_without_credentials(anonymous: TestApp) -> None:
    anonymous.get("/", status=200)
    anonymous.head("/", status=200)
    anonymous.post("/", status=401)


@pytest.mark.usefixtures("token_mode")
def test_token_mode_challenges_for_basic_and_bearer(
    anonymous: TestApp, subtests: pytest.Subtests
) -> None:
    invalid_token = 'Bearer realm="classroom", error="invalid_token"'
    for path in API_PATHS:
        with subtests.test(path=path):
            challenges = anonymous.get(path, status=401).headers.getall("WWW-Authenticate")
            assert [challenge.split()[0] for challenge in challenges] == ["Basic", "Bearer"]
            refused = anonymous.get(path, headers={"Authorization": "Bearer x"}, status=401)
            assert refused.headers.getall("WWW-Authenticate") == [invalid_token]


def test_wrong_and_malformed_credentials_are_401(
    anonymous: TestApp, subtests: pytest.Subtests
) -> None:
    # Few of these are failed logins for one user: more than ten would return 429.
    for authorization in (
        "",
        "Basic",
        "Basic ",
        "Basic !!!",
        basic(NAME, PASSWORD).replace(" ", " !"),
        basic(NAME, PASSWORD)[:-4] + "%%" + basic(NAME, PASSWORD)[-4:],
        "Basic " + base64.b64encode(f"{NAME}:caf\xe9".encode("latin-1")).decode(),
        "Basic YQ",
        "Basic " + "=" * 9,
        basic("", ""),
        basic("", PASSWORD),
        basic(NAME, ""),
        basic(NAME, "wrong"),
        basic("nobody", PASSWORD),
        basic(NAME.upper(), PASSWORD),
        basic(NAME, PASSWORD + "\0"),
        basic(NAME + "\n", PASSWORD),
        basic(NAME, "x" * 5000),
        basic(NAME, PASSWORD).replace("Basic", "Digest"),
        "Basic bm9jb2xvbg==",
        "Bearer " + PASSWORD,
        "\xff\xfe",
    ):
        with subtests.test(authorization=authorization[:50]):
            assert status(anonymous, authorization) == 401


def test_the_scheme_is_case_insensitive(anonymous: TestApp) -> None:
    assert status(anonymous, basic(NAME, PASSWORD).replace("Basic", "bAsIc")) == 200


def test_the_token_url_is_404_without_token_mode(anonymous: TestApp) -> None:
    assert status(anonymous, basic(NAME, PASSWORD), TOKEN_PATH) == 404


@pytest.mark.usefixtures("token_mode")
def test_token_mode_accepts_passwords_only_for_tokens(anonymous: TestApp) -> None:
    response = anonymous.get(TOKEN_PATH, headers={"Authorization": basic(NAME, PASSWORD)})
    assert list(response.json) == ["token", "token_type", "expires_in"]
    assert response.headers["Cache-Control"] == "no-cache, no-store, max-age=0"
    known = {"Authorization": basic(NAME, PASSWORD), "If-None-Match": "*"}
    unchanged = anonymous.get(TOKEN_PATH, headers=known, status=304)
    assert unchanged.headers["Cache-Control"] == response.headers["Cache-Control"]
    token = response.json["token"]
    for path in ("/api/v1.0/", "/api/v1.0/students/"):
        assert status(anonymous, f"Bearer {token}", path) == 200
        assert status(anonymous, f"bearer {token}", path) == 200
        assert status(anonymous, basic(token, ""), path) == 200
        assert status(anonymous, basic(NAME, PASSWORD), path) == 401
    assert status(anonymous, basic(NAME, PASSWORD), "/nowhere") == 401
    for credentials in (f"Bearer {token}", basic(token, ""), basic(NAME, token)):
        assert status(anonymous, credentials, TOKEN_PATH) == 401


@pytest.mark.usefixtures("token_mode")
@pytest.mark.parametrize("lifetime", [None, 60])
def test_a_token_lasts_one_hour_by_default(
    app_settings: dict[str, str], request: pytest.FixtureRequest, lifetime: int | None
) -> None:
    if lifetime:
        app_settings["classroom.token_lifetime"] = str(lifetime)
    anonymous = request.getfixturevalue("anonymous")
    issued = anonymous.get(TOKEN_PATH, headers={"Authorization": basic(NAME, PASSWORD)}).json
    claims = jwt.decode(issued["token"], SECRET, algorithms=["HS256"])
    assert claims["exp"] - claims["iat"] == issued["expires_in"] == (lifetime or 3600)
    assert issued["token_type"] == "Bearer"
    assert abs(claims["iat"] - time.time()) < 60


@pytest.mark.usefixtures("token_mode")
def test_forged_tokens_are_401(anonymous: TestApp) -> None:
    token = request_token(anonymous)
    claims = jwt.decode(token, options={"verify_signature": False})
    head, body, signature = token.split(".")
    for forged in (
        jwt.encode(claims, "another key, as long as it should be", "HS256"),
        jwt.encode(claims, None, "none"),
        jwt.encode({**claims, "sub": "2"}, SECRET, "HS256"),
        jwt.encode({**claims, "pwd": "x"}, SECRET, "HS256"),
        jwt.encode({**claims, "exp": int(time.time()) - 1}, SECRET, "HS256"),
        f"{head}.{body}.{signature[::-1]}",
        f"{head}.{body}.",
        jwt.encode({**claims, "pwd": "é"}, SECRET, "HS256"),
        jwt.encode({**claims, "pwd": []}, SECRET, "HS256"),
        jwt.encode({**claims, "sub": "9" * 18}, SECRET, "HS256"),
        token[:-1],
    ):
        assert status(anonymous, f"Bearer {forged}") == 401
        assert status(anonymous, basic(forged, "")) == 401


@pytest.mark.usefixtures("token_mode")
def test_a_token_with_a_deeply_nested_header_is_401(anonymous: TestApp) -> None:
    head = base64.urlsafe_b64encode(b"[" * 20_000).decode().rstrip("=")
    assert status(anonymous, f"Bearer {head}.e30.x") == 401
    assert status(anonymous, basic(f"{head}.e30.x", "")) == 401


@pytest.mark.one_combination
@pytest.mark.usefixtures("token_mode", "cached_identities")
def test_a_cached_token_expires(anonymous: TestApp, dbengine: Any) -> None:
    with dbengine.connect() as connection:
        user = connection.execute(User.__table__.select()).one()
    soon = tokens.issue(SECRET, user.id, user.password_hash, int(time.time()), 4)
    assert status(anonymous, f"Bearer {soon}") == 200
    ends = jwt.decode(soon, options={"verify_signature": False})["exp"]
    while time.time() <= ends:
        time.sleep(0.05)
    assert status(anonymous, f"Bearer {soon}") == 401


@pytest.mark.usefixtures("uncached_identities", "token_mode")
@pytest.mark.parametrize(
    "change",
    [update(User).values(password_hash=hash_password("new")), delete(User)],
    ids=["password", "user"],
)
def test_a_changed_password_or_removed_user_invalidates_tokens(
    anonymous: TestApp, dbengine: Any, change: Any
) -> None:
    token = request_token(anonymous)
    assert status(anonymous, f"Bearer {token}") == 200
    with dbengine.begin() as connection:
        connection.execute(change)
    assert status(anonymous, f"Bearer {token}") == 401
    assert status(anonymous, basic(NAME, PASSWORD), TOKEN_PATH) == 401


@pytest.mark.parametrize(("ttl", "after"), [("3600", 200), ("0", 401)])
def test_a_verified_password_is_cached_for_identity_ttl(
    app_settings: dict[str, str], request: Any, ttl: str, after: int
) -> None:
    app_settings["classroom.identity_ttl"] = ttl
    client, engine = request.getfixturevalue("anonymous"), request.getfixturevalue("dbengine")
    assert status(client, basic(NAME, PASSWORD)) == 200
    with engine.begin() as connection:
        connection.execute(delete(User))
    assert status(client, basic(NAME, PASSWORD)) == after
    assert status(client, basic(NAME, "wrong")) == 401


@pytest.mark.usefixtures("token_mode")
def test_a_token_for_an_outdated_password_is_invalid(anonymous: TestApp, dbengine: Any) -> None:
    assert status(anonymous, basic(NAME, PASSWORD), TOKEN_PATH) == 200
    with dbengine.begin() as connection:
        connection.execute(update(User).values(password_hash=hash_password("new")))
    verified = request_token(anonymous)
    assert status(anonymous, f"Bearer {verified}") == 401


def test_the_authenticated_userid_is_the_user_name(app: Any) -> None:
    environ = {"HTTP_AUTHORIZATION": basic(NAME, PASSWORD), "HTTP_HOST": "localhost"}
    known, unknown = Request.blank("/", environ), Request.blank("/")
    for request in (known, unknown):
        request.registry = app.registry
    assert (known.authenticated_userid, unknown.authenticated_userid) == (NAME, None)
    assert remember(known, NAME) == []


@pytest.mark.one_combination
def test_the_repr_of_an_identity_has_no_hash(app: Any) -> None:
    environ = {"HTTP_AUTHORIZATION": basic(NAME, PASSWORD), "HTTP_HOST": "localhost"}
    request = Request.blank("/", environ)
    request.registry = app.registry
    assert NAME in repr(request.identity)
    assert request.identity.password_hash not in repr(request.identity)


def test_what_the_acl_denies_is_403(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Student, "__acl__", [DENY_ALL], raising=False)
    testapp = TestApp(app, extra_environ={"HTTP_HOST": "localhost"})
    headers = {"Authorization": basic(NAME, PASSWORD)}
    url = "/api/v1.0/students/1"
    assert testapp.delete(url, headers=headers, status=403).json["error"] == "forbidden"


@pytest.mark.usefixtures("uncached_identities")
def test_a_correct_password_is_hashed_once(anonymous: TestApp, verified_hashes: list[str]) -> None:
    assert [status(anonymous, basic(NAME, PASSWORD)) for _ in range(3)] == [200] * 3
    assert len(verified_hashes) == 1


def test_a_wrong_password_is_hashed_each_time(
    anonymous: TestApp, verified_hashes: list[str]
) -> None:
    assert [status(anonymous, basic(NAME, "wrong")) for _ in range(3)] == [401] * 3
    assert len(verified_hashes) == 3


def test_an_unknown_user_costs_one_hash_too(anonymous: TestApp, verified_hashes: list[str]) -> None:
    for name in (NAME, "nobody"):
        verified_hashes.clear()
        assert status(anonymous, basic(name, "wrong")) == 401
        assert len(verified_hashes) == 1, name


def test_impossible_credentials_cost_no_hash(
    anonymous: TestApp, verified_hashes: list[str], subtests: pytest.Subtests
) -> None:
    cases = [(NAME, "x" * 4096), ("x" * 4096, "x"), (NAME, "a\tb"), ("a\x7f", "b")]
    for name, password in cases:
        with subtests.test(name=name[:9], password=password[:9]):
            verified_hashes.clear()
            assert status(anonymous, basic(name, password)) == 401
            assert verified_hashes == []


def test_a_password_is_hashed_outside_a_transaction(
    app: Any, anonymous: TestApp, verified_hashes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[str] = []
    verify = argon2.PasswordHasher.verify

    def spy(self: argon2.PasswordHasher, stored: str, password: str) -> bool:
        events.append("verify")
        return verify(self, stored, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", spy)
    engine = services(app.registry).database.base_engine
    for name in ("begin", "commit", "rollback"):
        event.listen(engine, name, lambda *_, name=name: events.append(name))
    headers = {"Authorization": basic(NAME, PASSWORD)}
    anonymous.post_json("/api/v1.0/students/", {"name": "x"}, headers=headers, status=201)
    assert events == ["verify", "begin", "commit"]


@pytest.mark.one_combination
def test_non_canonical_urls_of_public_paths_are_401(
    anonymous: TestApp, subtests: pytest.Subtests
) -> None:
    for path in ("/auth/request-token/", "//", "/%2f"):
        with subtests.test(path=path):
            anonymous.get(path, extra_environ={"REQUEST_URI": path}, status=401)


@pytest.mark.usefixtures("token_mode")
def test_the_token_url_with_a_slash_is_308(anonymous: TestApp) -> None:
    headers = {"Authorization": basic(NAME, PASSWORD)}
    response = anonymous.get(f"{TOKEN_PATH}/", headers=headers, status=308)
    assert response.headers["Location"] == f"http://localhost{TOKEN_PATH}"


@pytest.mark.one_combination
@pytest.mark.parametrize(("use_token_auth", "lines"), [("true", 1), ("false", 0)])
def test_a_missing_secret_key_is_logged_in_token_mode(
    database_url: str, caplog: pytest.LogCaptureFixture, use_token_auth: str, lines: int
) -> None:
    settings = {"sqlalchemy.url": database_url, "classroom.use_token_auth": use_token_auth}
    with open_application(settings):
        assert caplog.text.count("classroom.secret_key is not set") == lines
