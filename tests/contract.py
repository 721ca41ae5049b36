"""Holds every answer of the service against its OpenAPI document.

In the tests' own process the application is watched from within; a ``pserve`` that a test starts
has a filter around it (``watched``), which writes what it finds beside the ini file.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import jsonschema_rs

from classroom import main
from classroom.openapi import document

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

# What HTTP and the server look after.
_OF_HTTP = {"content-type", "content-length", "date", "server", "connection", "via"}


class Answer(NamedTuple):
    status: str
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def media_type(self) -> str:
        return dict(self.headers).get("Content-Type", "").partition(";")[0]


class Response:
    """A documented answer, and what keeps an answer from being one."""

    def __init__(self, contract: "Contract", node: Mapping[str, Any]) -> None:
        self._contract = contract
        headers = node.get("headers", {}).items()
        self._headers = {name.lower(): contract.resolve(header) for name, header in headers}
        self._content = node.get("content", {})

    @cached_property
    def _validators(self) -> dict[str, Any]:
        compile = self._contract.validator
        return {name: compile(media["schema"]) for name, media in self._content.items()}

    @cached_property
    def _header_validators(self) -> dict[str, Any]:
        compile = self._contract.validator
        return {name: compile(header["schema"]) for name, header in self._headers.items()}

    def faults(self, answer: Answer) -> Iterator[str]:
        yield from self._faults_of_headers(answer.headers)
        if not self._content:
            yield from ["a body"] * bool(answer.body)
        elif answer.media_type not in self._content:
            yield f"the media type {answer.media_type!r}"
        else:
            validator = self._validators[answer.media_type]
            yield from _errors(validator, _value(answer.body))

    def _faults_of_headers(self, headers: list[tuple[str, str]]) -> Iterator[str]:
        given = {name.lower() for name, _ in headers} - _OF_HTTP
        required = {name for name, header in self._headers.items() if header.get("required")}
        yield from (f"the header {name}" for name in given - self._headers.keys())
        yield from (f"no header {name}" for name in required - given)
        for name, value in headers:
            if header := self._headers.get(name.lower()):
                is_number = header["schema"].get("type") == "integer" and value.isdigit()
                validator = self._header_validators[name.lower()]
                faults = _errors(validator, int(value) if is_number else value)
                yield from (f"{name}: {fault}" for fault in faults)


class Contract:
    """An OpenAPI document, ready to tell what is wrong with an answer."""

    def __init__(self, described: Mapping[str, Any]) -> None:
        self._components = described["components"]
        self._paths = [
            (re.compile(self._pattern(path)), {method.upper(): item[method] for method in item})
            for path, item in described["paths"].items()
        ]
        self._responses: dict[int, Response] = {}

    def resolve(self, node: Mapping[str, Any]) -> Any:
        while "$ref" in node:
            section, name = node["$ref"].split("/")[-2:]
            node = self._components[section][name]
        return node

    @cache  # noqa: B019 (there are a handful of contracts, and they live as long as the tests)
    def _validator(self, schema: str) -> Any:
        return jsonschema_rs.validator_for(
            {**json.loads(schema), "components": self._components}, validate_formats=True
        )

    def validator(self, schema: Mapping[str, Any]) -> Any:
        return self._validator(json.dumps(schema))

    def faults(self, environ: Environ, answer: Answer) -> list[str]:
        """What an answer has, or has not, that the document does not say."""
        node = self._response(environ, int(answer.status[:3]))
        if node is None:
            return [f"the status {answer.status}"]
        response = self._responses.setdefault(id(node), Response(self, node))
        return list(response.faults(answer))

    def _response(self, environ: Environ, status: int) -> Any:
        """What is documented of an answer to a request, or where that is none that the document
        describes, of an error."""
        method = environ["REQUEST_METHOD"]
        operation = self._item(_path(environ)).get(method, {})
        if "responses" in operation:
            described = operation["responses"].get(str(status))
        else:
            head = "-HEAD" if method == "HEAD" else ""
            described = self._components["responses"].get(f"{status}{head}")
        return described and self.resolve(described)

    def _item(self, path: str) -> Mapping[str, Any]:
        return next((item for pattern, item in self._paths if pattern.fullmatch(path)), {})

    def _pattern(self, path: str) -> str:
        """A path's template as a regular expression, its parameters as their schemas have them."""

        def pattern(name: re.Match[str]) -> str:
            schema = self._components["parameters"][name[1]]["schema"]
            return schema["pattern"].strip("^$")

        return re.sub(r"\\{(\w+)\\}", pattern, re.escape(path))


def _path(environ: Environ) -> str:
    """The path below the mount, spelt as the client spelt it."""
    mount = quote(environ["SCRIPT_NAME"].encode("latin-1"))
    path = quote(environ["PATH_INFO"].encode("latin-1"))
    sent = environ.get("REQUEST_URI", mount + path).partition("?")[0]
    return re.sub("^https?://[^/]*", "", sent).removeprefix(mount)


def _value(body: bytes) -> Any:
    """What JSON says; null, which no schema allows, where it is none."""
    try:
        return json.loads(body)
    except ValueError:
        return None


def _errors(validator: Any, value: Any) -> Iterator[str]:
    for error in validator.iter_errors(value):
        yield f"{error.instance_path}: {error.message}"


def default_document() -> Any:
    """Return the document of an application with default settings."""
    app = main({}, **{"sqlalchemy.url": "sqlite://"})
    app.registry["classroom"].database.engine.dispose()
    return document(app.registry)


def contract_for(registry: Any) -> Contract:
    """Return the contract of an application; the same for all with the same document."""
    if "tests.contract" not in registry:
        registry["tests.contract"] = _contract(json.dumps(document(registry)))
    return registry["tests.contract"]


@cache
def _contract(text: str) -> Contract:
    return Contract(json.loads(text))


def watched(
    application: Application, contract: Contract, report: Callable[[str], Any]
) -> Application:
    """A WSGI application whose answers are held against the contract."""

    def watched_application(
        environ: Environ, start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        asked = environ.copy()
        started: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            started[:] = [status, headers]
            return start_response(status, headers, *error)

        body = list(application(environ, start))
        answer = Answer(*started, b"".join(body))
        for fault in contract.faults(asked, answer):
            report(f"{asked['REQUEST_METHOD']} {_path(asked)} {answer.status}: {fault}")
        return body

    return watched_application


def filter_factory(global_config: Any, faults: str) -> Callable[[Any], Application]:
    """A filter of an ini file (``paste.filter_factory``) that writes faults into a file."""

    def report(fault: str) -> None:
        with Path(faults).open("a") as file:
            file.write(f"{fault}\n")

    def watch(application: Any) -> Application:
        return watched(application, contract_for(application.registry), report)

    return watch
