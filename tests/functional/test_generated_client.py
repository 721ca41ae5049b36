"""A client that openapi-python-client generates from the document."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from typing import Any

import pytest
from webtest import TestApp

from ..support.application import authorization_of
from ..support.document import write_document
from ..support.paths import BIN
from ..support.waitress import serving

Call = Callable[..., Any]

STUDENTS = ["ada", "blaise", "carl", "dana", "emmy"]


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The generated package."""
    folder = tmp_path_factory.mktemp("generated")
    write_document(folder / "openapi.json")
    (folder / "config.json").write_text(json.dumps({"post_hooks": []}))
    command = [BIN / "openapi-python-client", "generate", "--path=openapi.json", "--meta=none"]
    command += ["--config=config.json", "--fail-on-warning"]
    subprocess.run(command, cwd=folder, check=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        yield import_module("classroom_client")
    for name in [name for name in sys.modules if name.startswith("classroom_client")]:
        del sys.modules[name]


@pytest.fixture
def client(testapp: TestApp, package: Any) -> Iterator[Callable[..., Call]]:
    """Return a lookup of the functions of the generated package, bound to a server."""
    kind, _, credentials = authorization_of(testapp).partition(" ")
    make = partial(package.AuthenticatedClient, prefix=kind, token=credentials)
    with serving(testapp.app) as port, make(base_url=f"http://127.0.0.1:{port}") as bound:

        def function(tag: str, name: str) -> Call:
            module = import_module(f"classroom_client.api.{tag}.{name}")
            return partial(module.sync_detailed, client=bound)

        yield function


@pytest.fixture
def algebra(client: Callable[..., Call]) -> str:
    """The URL of a class for which all students are registered."""
    models = import_module("classroom_client.models")
    algebra = client("classes", "create_class")(body=models.Named(name="algebra"))
    register = client("registrations", "create_registration")
    for name in STUDENTS:
        student = client("students", "create_student")(
            body=models.Named(name=name, source_id=f"S-{name}"), prefer="return=representation"
        )
        assert student.parsed.name == name
        pair = models.Pair(student=student.parsed.url, class_=algebra.headers["Location"])
        assert register(body=pair).status_code == 201
    return str(algebra.headers["Location"])


def id_of(url: str) -> str:
    return url.rpartition("/")[2]


def find(client: Callable[..., Call], name: str) -> Any:
    """Return the only student that a search finds."""
    expand = [import_module("classroom_client.models").ItemsExpansion.ITEMS]
    (found,) = client("students", "list_students")(q=name, expand=expand).parsed.items
    assert found.name == name
    return found


def test_a_generated_client_follows_pages(client: Callable[..., Call], algebra: str) -> None:
    models = import_module("classroom_client.models")
    names, cursor = [], {}
    expand = [models.RegistrationsExpansion.ITEMS, models.RegistrationsExpansion.STUDENT]
    while cursor is not None:
        roster = client("registrations", "list_registrations_of_class")(
            id_of(algebra), per_page=2, expand=expand, **cursor
        ).parsed
        assert len(roster.items) <= 2
        names += [registration.student.name for registration in roster.items]
        cursor = roster.meta.after and {"after": roster.meta.after}
    assert names == STUDENTS


def test_a_generated_client_follows_conflicts(client: Callable[..., Call], algebra: str) -> None:
    models = import_module("classroom_client.models")
    pair = models.Pair(student=find(client, "ada").url, class_=algebra)
    repeated = client("registrations", "create_registration")(body=pair)
    assert (repeated.status_code, repeated.parsed.code) == (409, "already_registered")
    ids = repeated.headers["Location"].split("/")[-2:]
    existing = client("registrations", "get_registration")(*ids).parsed
    assert (existing.student, existing.class_) == (pair.student, pair.class_)


@pytest.mark.usefixtures("algebra")
def test_a_generated_client_finds_a_source_id(client: Callable[..., Call]) -> None:
    models = import_module("classroom_client.models")
    select = client("students", "list_students")
    assert select(source_id="unknown").parsed.urls == []
    (url,) = select(source_id="S-emmy").parsed.urls
    assert url == find(client, "emmy").url
    again = models.Named(name="emmy", source_id="S-emmy")
    repeated = client("students", "create_student")(body=again)
    assert (repeated.status_code, repeated.parsed.code) == (409, "source_id_exists")
    assert repeated.headers["Location"] == url


@pytest.mark.usefixtures("algebra")
def test_a_generated_client_retries_an_outdated_write(client: Callable[..., Call]) -> None:
    models = import_module("classroom_client.models")
    id = id_of(find(client, "ada").url)
    read, replace = client("students", "get_student"), client("students", "replace_student")
    outdated = read(id).headers["ETag"]
    assert replace(id, body=models.Named(name="somebody"), if_match=outdated).status_code == 200
    augusta = models.Named(name="augusta")
    refused = replace(id, body=augusta, if_match=outdated)
    assert (refused.status_code, refused.parsed.code) == (412, "precondition_failed")
    retried = replace(id, body=augusta, if_match=read(id).headers["ETag"])
    assert (retried.status_code, read(id).parsed.name) == (200, "augusta")


@pytest.fixture
def limited(app_settings: dict[str, str], endless_windows: float) -> None:
    """Two requests in the window; a client in token mode sends one of them for its token."""
    app_settings |= {
        "classroom.use_rate_limits": "true",
        "classroom.rate_limit.calls": "2",
        "classroom.redis_url": "memory://",
    }


@pytest.mark.usefixtures("limited")
def test_a_generated_client_reads_how_long_to_wait(client: Callable[..., Call]) -> None:
    read = client("students", "list_students")
    *_, refused = read(), read(), read()
    assert (refused.status_code, refused.parsed.code) == (429, "rate_limited")
    assert 0 < int(refused.headers["Retry-After"]) <= 15


def test_a_generated_client_parses_errors(client: Callable[..., Call]) -> None:
    error = client("students", "get_student")("7").parsed
    assert (error.status, error.error) == (404, "not found")
