"""A client that openapi-python-client generates from the document."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from webtest import TestApp

from ..support.paths import BIN
from ..support.users import NAME, PASSWORD, basic
from ..support.waitress import serving

Call = Callable[..., Any]

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PUPILS = ["ada", "blaise", "carl", "dana", "emmy"]


@pytest.fixture
def client(
    anonymous: TestApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Call]]:
    """Return a lookup of the functions of the generated package, bound to a server."""
    (tmp_path / "openapi.json").write_text(anonymous.get("/api/v1.0/openapi.json").text)
    (tmp_path / "config.json").write_text(json.dumps({"post_hooks": []}))
    command = [BIN / "openapi-python-client", "generate", "--path=openapi.json", "--meta=none"]
    command += ["--config=config.json", "--fail-on-warning"]
    subprocess.run(command, cwd=tmp_path, check=True)
    monkeypatch.syspath_prepend(tmp_path)
    kind, _, credentials = basic(NAME, PASSWORD).partition(" ")
    make = partial(import_module("classroom_client").AuthenticatedClient, prefix=kind)
    with (
        serving(anonymous.app) as port,
        make(base_url=f"http://127.0.0.1:{port}", token=credentials) as bound,
    ):

        def function(tag: str, name: str) -> Call:
            module = import_module(f"classroom_client.api.{tag}.{name}")
            return partial(module.sync_detailed, client=bound)

        yield function
    for name in [name for name in sys.modules if name.startswith("classroom_client")]:
        del sys.modules[name]


def test_a_generated_client_follows_pages(client: Callable[..., Call]) -> None:
    models = import_module("classroom_client.models")
    algebra = client("classes", "create_class")(body=models.Named(name="algebra"))
    class_id = algebra.headers["Location"].rpartition("/")[2]
    register = client("registrations", "create_registration")
    for name in PUPILS:
        pupil = client("students", "create_student")(
            body=models.Named(name=name), prefer="return=representation"
        )
        assert pupil.parsed.name == name
        pair = models.Pair(student=pupil.parsed.url, class_=algebra.headers["Location"])
        assert register(body=pair).status_code == 201
    names, cursor = [], {}
    expand = [models.RegistrationsExpansion.ITEMS, models.RegistrationsExpansion.STUDENT]
    while cursor is not None:
        roster = client("registrations", "list_registrations_of_class")(
            class_id, per_page=2, expand=expand, **cursor
        ).parsed
        assert len(roster.items) <= 2
        names += [registration.student.name for registration in roster.items]
        cursor = roster.meta.after and {"after": roster.meta.after}
    assert names == PUPILS


def test_a_generated_client_parses_errors(client: Callable[..., Call]) -> None:
    error = client("students", "get_student")("7").parsed
    assert (error.status, error.error) == (404, "not found")
