"""WSGI middleware that compares each response with the OpenAPI document.

The tests wrap the applications of their own process. A ``pserve`` that a test starts has the
middleware as a filter in its ini file, and writes the errors to a file.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from .contract import Contract, Environ, Response, contract_of, path_of
from .tracing import untraced

Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


def validated(
    application: Application, contract: Contract, report: Callable[[str], Any]
) -> Application:
    """Wrap an application, and report every response that contradicts the contract."""

    def validated_application(
        environ: Environ, start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        request = environ.copy()
        started: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            started[:] = [status, headers]
            return start_response(status, headers, *error)

        body = list(application(environ, start))
        response = Response(*started, b"".join(body))
        for error in untraced(contract.errors, request, response):
            report(f"{request['REQUEST_METHOD']} {path_of(request)} {response.status}: {error}")
        return body

    return validated_application


def filter_factory(global_config: Any, errors: str) -> Callable[[Any], Application]:
    """Make the filter of an ini file (``paste.filter_factory``).

    :param errors: the path of the file to which errors are appended.
    """

    def report(error: str) -> None:
        with Path(errors).open("a") as file:
            file.write(f"{error}\n")

    def wrap(application: Any) -> Application:
        return validated(application, contract_of(application.registry), report)

    return wrap
