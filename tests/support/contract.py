"""Compare a response with the OpenAPI document."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote

import jsonschema_rs

from classroom.openapi import document
from classroom.services import services

from .application import open_application
from .complete_document import complete

Environ = dict[str, Any]

# Headers of HTTP and of the server, which the document does not list.
_OF_HTTP = {"content-type", "content-length", "date", "server", "connection", "via"}

# Pages for people. The document describes their errors only.
_PAGES = re.compile("/api/(docs|problems)/.*")


class Response(NamedTuple):
    """A response of the application."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def media_type(self) -> str:
        return dict(self.headers).get("Content-Type", "").partition(";")[0]


class DocumentedResponse:
    """A response object of the document."""

    def __init__(self, contract: "Contract", node: Mapping[str, Any]) -> None:
        self._contract = contract
        headers = node.get("headers", {}).items()
        self._headers = {name.lower(): contract.resolve(header) for name, header in headers}
        self._content = node.get("content", {})
        self._description = node.get("description", "")

    @cached_property
    def _validators(self) -> dict[str, Any]:
        compile = self._contract.validator
        return {name: compile(media["schema"]) for name, media in self._content.items()}

    @cached_property
    def _header_validators(self) -> dict[str, Any]:
        compile = self._contract.validator
        return {name: compile(header["schema"]) for name, header in self._headers.items()}

    def errors(self, response: Response) -> Iterator[str]:
        yield from self._header_errors(response.headers)
        if not self._content:
            yield from ["a body"] * bool(response.body)
        elif response.media_type not in self._content:
            yield f"the media type {response.media_type!r}"
        else:
            validator, body = self._validators[response.media_type], _decode(response.body)
            yield from _errors(validator, body)
            yield from self._code_errors(body)

    def _code_errors(self, body: Any) -> Iterator[str]:
        code = body.get("code") if isinstance(body, dict) else None
        if code and f"`{code}`: " not in self._description:
            yield f"the code {code}"

    def _header_errors(self, headers: list[tuple[str, str]]) -> Iterator[str]:
        given = {name.lower() for name, _ in headers} - _OF_HTTP
        required = {name for name, header in self._headers.items() if header.get("required")}
        yield from (f"the header {name}" for name in given - self._headers.keys())
        yield from (f"no header {name}" for name in required - given)
        for name, value in headers:
            if header := self._headers.get(name.lower()):
                is_number = header["schema"].get("type") == "integer" and value.isdigit()
                validator = self._header_validators[name.lower()]
                errors = _errors(validator, int(value) if is_number else value)
                yield from (f"{name}: {error}" for error in errors)


class Contract:
    """An OpenAPI document, compiled for the validation of responses."""

    def __init__(self, published: Mapping[str, Any]) -> None:
        description = complete(published)
        self._components = description["components"]
        self._paths = [
            (re.compile(self._pattern(path)), {method.upper(): item[method] for method in item})
            for path, item in description["paths"].items()
        ]
        self._responses: dict[int, DocumentedResponse] = {}

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

    def errors(self, environ: Environ, response: Response) -> list[str]:
        """Return what the response has or lacks, contrary to the document.

        The response to a request with a parameter that is not in the document must be an error.
        """
        if _PAGES.fullmatch(path_of(environ)) and response.status < "400":
            return []
        operation, status = self._operation(environ), int(response.status[:3])
        node = self._response(operation, environ["REQUEST_METHOD"], status)
        if node is None:
            return [f"the status {response.status}"]
        documented = self._responses.setdefault(id(node), DocumentedResponse(self, node))
        unknown = self._unknown_parameters(operation, environ) if operation and status < 400 else []
        return [*unknown, *documented.errors(response)]

    def _operation(self, environ: Environ) -> Mapping[str, Any]:
        """Return an operation, or an empty mapping if there is none."""
        operation = self._item(path_of(environ)).get(environ["REQUEST_METHOD"], {})
        return operation if "responses" in operation else {}

    def _response(self, operation: Mapping[str, Any], method: str, status: int) -> Any:
        """Return the response object of an operation, or of an error if there is no operation."""
        if operation:
            node = operation["responses"].get(str(status))
        else:
            head = "-HEAD" if method == "HEAD" else ""
            node = self._components["responses"].get(f"{status}{head}")
        return node and self.resolve(node)

    def _unknown_parameters(self, operation: Mapping[str, Any], environ: Environ) -> list[str]:
        parameters = map(self.resolve, operation.get("parameters", ()))
        known = {parameter["name"] for parameter in parameters if parameter["in"] == "query"}
        given = parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)
        return [f"the parameter {name}" for name, _ in given if name not in known]

    def _item(self, path: str) -> Mapping[str, Any]:
        return next((item for pattern, item in self._paths if pattern.fullmatch(path)), {})

    def _pattern(self, path: str) -> str:
        """Return a path template as a regular expression, with the patterns of its parameters."""

        def pattern(name: re.Match[str]) -> str:
            schema = self._components["parameters"][name[1]]["schema"]
            return schema["pattern"].strip("^$")

        return re.sub(r"\\{(\w+)\\}", pattern, re.escape(path))


def path_of(environ: Environ) -> str:
    """Return the path below the mount point, percent-encoded as the client sent it."""
    mount = quote(environ["SCRIPT_NAME"].encode("latin-1"))
    path = quote(environ["PATH_INFO"].encode("latin-1"))
    sent = environ.get("REQUEST_URI", mount + path).partition("?")[0]
    return re.sub("^https?://[^/]*", "", sent).removeprefix(mount)


def _decode(body: bytes) -> Any:
    """Return the JSON value; for an invalid body None, which no schema allows."""
    try:
        return json.loads(body)
    except ValueError:
        return None


def _errors(validator: Any, value: Any) -> Iterator[str]:
    for error in validator.iter_errors(value):
        yield f"{error.instance_path}: {error.message}"


def default_document() -> Any:
    """Return the document of an application with default settings."""
    with open_application({"sqlalchemy.url": "sqlite://"}) as app:
        return document(app.registry)


def contract_of(registry: Any) -> Contract:
    """Return the contract of an application; applications with the same settings share it."""
    if "tests.contract" not in registry:
        settings = registry.settings.items()
        key = frozenset((name, str(value)) for name, value in settings if name not in _UNDOCUMENTED)
        registry["tests.contract"] = _CONTRACTS.get(key) or _contract(registry)
        _CONTRACTS[key] = registry["tests.contract"]
    return registry["tests.contract"]


# Settings on which the document does not depend, and that differ from test to test.
_UNDOCUMENTED = {"__file__", "sqlalchemy.url", "classroom.redis_url"}
_CONTRACTS: dict[frozenset[tuple[str, str]], Contract] = {}


def _contract(registry: Any) -> Contract:
    parts = services(registry).openapi().items()
    return Contract({name: json.loads(part) for name, part in parts})
