"""Exception views: render all errors that are raised."""

import logging

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

from ..db.exceptions import (
    AlreadyRegistered,
    AlreadyTeaches,
    InvalidValue,
    NotFound,
    UserConflict,
)
from ..http.errors import InvalidFields, error_response
from ..http.pagination import PageNotFound
from ..http.query import BadParameter
from ..request import Request
from ..resources.base import Resource
from ..resources.paths import has_resource
from ..security.login_attempts import TooManyChecks, TooManyFailures
from ..security.permissions import Permission

log = logging.getLogger(__name__)

_FORBIDDEN = "the permission '{}' is missing"


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
    if _is_hidden(request):
        return error_response(request.environ, 403, _FORBIDDEN.format(Permission.VIEW))
    return error_response(request.environ, 404, "there is nothing at this URL")


@exception_view_config(AlreadyRegistered, retryable_error=False)
def already_registered(error: AlreadyRegistered, request: Request) -> Response:
    registrations = request.root["api"]["v1.0"]["registrations"]
    headers = [("Location", registrations.at(error.student_id, error.class_id).url)]
    return error_response(request.environ, 409, str(error), headers)


@exception_view_config(AlreadyTeaches, retryable_error=False)
def already_teaches(error: AlreadyTeaches, request: Request) -> Response:
    teachers = request.root["api"]["v1.0"]["classes"].at(error.class_id)["teachers"]
    headers = [("Location", teachers.at(error.user_id).url)]
    return error_response(request.environ, 409, str(error), headers)


@exception_view_config(UserConflict, retryable_error=False)
def user_conflict(error: UserConflict, request: Request) -> Response:
    users = request.root["api"]["v1.0"]["users"]
    headers = [("Location", users.at(error.user_id).url)]
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
def refused(error: HTTPUnauthorized | HTTPForbidden, request: Request) -> Response:
    if request.identity:
        permission = getattr(error.result, "permission", None)
        message = _FORBIDDEN.format(permission) if permission else "forbidden"
        return error_response(request.environ, 403, message)
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
    # Delay the next request on the connection. Clients that send the next wrong password at once
    # would fill the queue ahead of others. Other WSGI servers have no such callable.
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


# These subclasses of DatabaseError indicate a bug in the service.
@exception_view_config(DataError, retryable_error=False)
@exception_view_config(IntegrityError, retryable_error=False)
@exception_view_config(ProgrammingError, retryable_error=False)
@exception_view_config(Exception, retryable_error=False)
def internal_error(error: Exception, request: Request) -> Response:
    # %r, since the path may not be UTF-8.
    log.error("%s %r failed", request.method, request.environ["PATH_INFO"], exc_info=error)
    return error_response(request.environ, 500, "internal server error")


def _is_hidden(request: Request) -> bool:
    """Return whether the URL is that of a resource that the user may not read if it exists."""
    # There is no context if the path could not be decoded.
    context = getattr(request, "context", None)
    if not isinstance(context, Resource) or request.has_permission(Permission.VIEW):
        return False
    names = (*request.traversed, request.view_name, *request.subpath)
    return has_resource(type(request.root), filter(None, names))
