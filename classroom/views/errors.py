"""Every error that is raised, rendered in one place."""

import logging
import re

from pyramid.exceptions import URLDecodeError
from pyramid.httpexceptions import (
    HTTPException,
    HTTPForbidden,
    HTTPNotFound,
    HTTPUnauthorized,
)
from pyramid.response import Response
from pyramid.security import forget
from pyramid.view import exception_view_config
from sqlalchemy.exc import (
    DatabaseError,
    DataError,
    IntegrityError,
    InterfaceError,
    ProgrammingError,
    TimeoutError,
)

from ..errors import PRECONDITION_FAILED, error_response
from ..grammar import ID
from ..pagination import BadParameter, PastTheEnd
from ..request import Request
from ..resources import NamedCollection, RegistrationsByStudent

log = logging.getLogger(__name__)


@exception_view_config(HTTPException)
def http_error(error: HTTPException, request: Request) -> Response:
    headers = [
        (name, value)
        for name, value in error.headerlist
        if name not in ("Content-Type", "Content-Length")
    ]
    return error_response(error.status_int, error.detail or error.explanation, headers)


@exception_view_config(HTTPNotFound)
@exception_view_config(URLDecodeError)
def not_found(error: Exception, request: Request) -> Response:
    if _is_missing_from_a_condition(request):
        return error_response(412, PRECONDITION_FAILED)
    return error_response(404, "there is nothing at this URL")


@exception_view_config(PastTheEnd)
def past_the_end(error: PastTheEnd, request: Request) -> Response:
    return error_response(404, str(error))


@exception_view_config(BadParameter)
def bad_parameter(error: BadParameter, request: Request) -> Response:
    return error_response(400, str(error))


@exception_view_config(HTTPUnauthorized)
@exception_view_config(HTTPForbidden)
def refused(error: HTTPException, request: Request) -> Response:
    if request.identity:
        return error_response(403, "you may not do this")
    return error_response(401, "please authenticate", forget(request))


@exception_view_config(DatabaseError, retryable_error=False)
@exception_view_config(InterfaceError, retryable_error=False)
@exception_view_config(TimeoutError, retryable_error=False)
def database_error(error: Exception, request: Request) -> Response:
    if request.registry["classroom.outage"].begins():
        log.error("the database fails: %r", str(getattr(error, "orig", error)))
    return error_response(503, "the database does not answer", [("Retry-After", "2")])


# These are DatabaseErrors by class, and mistakes of the service by nature.
@exception_view_config(DataError, retryable_error=False)
@exception_view_config(IntegrityError, retryable_error=False)
@exception_view_config(ProgrammingError, retryable_error=False)
@exception_view_config(Exception, retryable_error=False)
def internal_error(error: Exception, request: Request) -> Response:
    # Raw and quoted: a path may be no UTF-8, or look like another line of the log.
    log.error("%s %r failed", request.method, request.environ["PATH_INFO"], exc_info=error)
    return error_response(500, "the server failed; it has been logged")


def _is_missing_from_a_condition(request: Request) -> bool:
    """Whether a writer names, by If-Match, the state of an item that is not there any more.

    So the losers of a race to delete are told what the losers of a race to replace are.
    """
    is_conditional = request.method in ("PUT", "DELETE") and "HTTP_IF_MATCH" in request.environ
    # There is no context where the path could not even be read.
    context = getattr(request, "context", None)
    if not is_conditional or not isinstance(context, NamedCollection | RegistrationsByStudent):
        return False
    return bool(re.fullmatch(ID, request.view_name)) and not request.subpath
