"""Exception views: render all errors that are raised."""

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

from ..db.exceptions import AlreadyRegistered, InvalidValue, NotFound
from ..http.errors import PRECONDITION_FAILED, InvalidFields, error_response
from ..http.pagination import PageNotFound
from ..http.query import BadParameter
from ..models.names import ID
from ..request import CONDITIONAL_WRITES, Request
from ..resources.named import NamedCollection
from ..resources.registrations import RegistrationsByStudent
from ..security.login_attempts import TooManyChecks, TooManyFailures

log = logging.getLogger(__name__)

# The parents of items, and the methods with which If-Match for a missing item is 412.
_METHODS = {NamedCollection: CONDITIONAL_WRITES, RegistrationsByStudent: {"DELETE"}}


@exception_view_config(HTTPException)
def http_error(error: HTTPException, request: Request) -> Response:
    headers = [
        (name, value)
        for name, value in error.headerlist
        if name not in ("Content-Type", "Content-Length")
    ]
    problems = error.problems if isinstance(error, InvalidFields) else None
    message = error.detail or error.explanation
    return error_response(request.environ, error.status_int, message, headers, problems)


@exception_view_config(HTTPNotFound)
@exception_view_config(NotFound)
@exception_view_config(URLDecodeError)
def not_found(error: Exception, request: Request) -> Response:
    if _has_failed_precondition(request):
        return error_response(request.environ, 412, PRECONDITION_FAILED)
    return error_response(request.environ, 404, "there is nothing at this URL")


@exception_view_config(AlreadyRegistered, retryable_error=False)
def already_registered(error: AlreadyRegistered, request: Request) -> Response:
    registrations = request.root["api"]["v1.0"]["registrations"]
    headers = [("Location", registrations.at(error.student_id, error.class_id).url)]
    return error_response(request.environ, 409, str(error), headers)


@exception_view_config(InvalidValue, retryable_error=False)
def invalid_value(error: InvalidValue, request: Request) -> Response:
    problems = {error.field: error.rule}
    return error_response(request.environ, 400, str(error), problems=problems)


@exception_view_config(PageNotFound)
def page_not_found(error: PageNotFound, request: Request) -> Response:
    return error_response(request.environ, 404, str(error))


@exception_view_config(BadParameter)
def bad_parameter(error: BadParameter, request: Request) -> Response:
    return error_response(request.environ, 400, str(error))


@exception_view_config(HTTPUnauthorized)
@exception_view_config(HTTPForbidden)
def refused(error: HTTPException, request: Request) -> Response:
    if request.identity:
        return error_response(request.environ, 403, "you may not do this")
    return error_response(request.environ, 401, "please authenticate", forget(request))


@exception_view_config(TooManyFailures)
def too_many_failures(error: TooManyFailures, request: Request) -> Response:
    return _refuse_login(429, error, request)


@exception_view_config(TooManyChecks)
def too_many_checks(error: TooManyChecks, request: Request) -> Response:
    return _refuse_login(503, error, request)


def _refuse_login(
    status: int, error: TooManyFailures | TooManyChecks, request: Request
) -> Response:
    # Clients that immediately send the next wrong password would fill the queue ahead of others.
    # Other WSGI servers have no such callable.
    if throttle := request.environ.get("classroom.throttle"):
        throttle()
    headers = [("Retry-After", str(error.retry_after))]
    return error_response(request.environ, status, str(error), headers)


@exception_view_config(DatabaseError, retryable_error=False)
@exception_view_config(InterfaceError, retryable_error=False)
@exception_view_config(TimeoutError, retryable_error=False)
def database_error(error: Exception, request: Request) -> Response:
    if request.services.database.outage.record_failure():
        log.error("database error: %r", str(getattr(error, "orig", error)))
    headers = [("Retry-After", "2")]
    return error_response(request.environ, 503, "the database is unavailable", headers)


# These subclasses of DatabaseError show a defect of the service.
@exception_view_config(DataError, retryable_error=False)
@exception_view_config(IntegrityError, retryable_error=False)
@exception_view_config(ProgrammingError, retryable_error=False)
@exception_view_config(Exception, retryable_error=False)
def internal_error(error: Exception, request: Request) -> Response:
    # %r, since the path may not be UTF-8.
    log.error("%s %r failed", request.method, request.environ["PATH_INFO"], exc_info=error)
    return error_response(request.environ, 500, "internal server error")


def _has_failed_precondition(request: Request) -> bool:
    """Return whether a write has ``If-Match`` for an item that does not exist.

    If clients race to delete an item, the losers get 412, as they do if they race to replace it.
    """
    # There is no context if the path could not be decoded.
    context = getattr(request, "context", None)
    methods = next((each for kind, each in _METHODS.items() if isinstance(context, kind)), ())
    if request.method not in methods or "HTTP_IF_MATCH" not in request.environ:
        return False
    return not request.subpath and bool(re.fullmatch(ID, request.view_name))
