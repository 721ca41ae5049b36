"""Exception views: render all errors that are raised."""

import logging

from pyramid.exceptions import URLDecodeError
from pyramid.httpexceptions import (
    HTTPException,
    HTTPForbidden,
    HTTPNotFound,
    HTTPUnauthorized,
)
from pyramid.interfaces import ISecurityPolicy
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

from ..db.exceptions import InvalidValue, NotFound
from ..db.not_ready import NotReady
from ..http.codes import ErrorCode, code_of_status
from ..http.errors import BadRequest, error_response
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
    status, message = error.status_int, error.detail or error.explanation
    code = code_of_status(status)
    return error_response(request.environ, code, message, headers, status=status)


@exception_view_config(BadRequest)
def bad_request(error: BadRequest, request: Request) -> Response:
    message = str(error.detail)
    return error_response(request.environ, error.error_code, message, problems=error.problems)


@exception_view_config(HTTPNotFound)
@exception_view_config(NotFound)
@exception_view_config(URLDecodeError)
def not_found(error: Exception, request: Request) -> Response:
    if _is_hidden(request):
        return _forbidden(_FORBIDDEN.format(Permission.VIEW), request)
    return error_response(request.environ, ErrorCode.NOT_FOUND, "there is nothing at this URL")


@exception_view_config(InvalidValue, retryable_error=False)
def invalid_value(error: InvalidValue, request: Request) -> Response:
    problems = {error.field: error.rule}
    code = ErrorCode.INVALID_FIELD
    return error_response(request.environ, code, str(error), problems=problems)


@exception_view_config(PageNotFound)
def page_not_found(error: PageNotFound, request: Request) -> Response:
    return error_response(request.environ, ErrorCode.PAGE_NOT_FOUND, str(error))


@exception_view_config(BadParameter)
def bad_parameter(error: BadParameter, request: Request) -> Response:
    return error_response(request.environ, error.error_code, str(error))


@exception_view_config(HTTPUnauthorized)
@exception_view_config(HTTPForbidden)
def refused(error: HTTPUnauthorized | HTTPForbidden, request: Request) -> Response:
    if request.identity:
        permission = getattr(error.result, "permission", None)
        message = _FORBIDDEN.format(permission) if permission else "forbidden"
        return _forbidden(message, request)
    refusal = request.registry.getUtility(ISecurityPolicy).refusal(request)
    return error_response(request.environ, refusal.code, refusal.message, forget(request))


def _forbidden(message: str, request: Request) -> Response:
    return error_response(request.environ, ErrorCode.PERMISSION_DENIED, message)


@exception_view_config(TooManyFailures)
def too_many_failures(error: TooManyFailures, request: Request) -> Response:
    return _refuse_login(ErrorCode.TOO_MANY_FAILED_LOGINS, error, request)


@exception_view_config(TooManyChecks)
def too_many_checks(error: TooManyChecks, request: Request) -> Response:
    return _refuse_login(ErrorCode.TOO_MANY_LOGINS, error, request)


def _refuse_login(
    code: ErrorCode, error: TooManyFailures | TooManyChecks, request: Request
) -> Response:
    # Delay the next request on the connection. Clients that send the next wrong password at once
    # would fill the queue, and others would wait. Other WSGI servers do not set this key.
    if throttle := request.environ.get("classroom.throttle"):
        throttle()
    headers = [("Retry-After", str(error.retry_after))]
    return error_response(request.environ, code, str(error), headers)


@exception_view_config(DatabaseError, retryable_error=False)
@exception_view_config(InterfaceError, retryable_error=False)
@exception_view_config(TimeoutError, retryable_error=False)
def database_error(error: Exception, request: Request) -> Response:
    request.services.database.outage.record_failure(error)
    return not_ready(error, request)


# This logs nothing, because the preparation of the database logs the reason.
@exception_view_config(NotReady, retryable_error=False)
def not_ready(error: Exception, request: Request) -> Response:
    headers = [("Retry-After", "2")]
    message = "the database is unavailable"
    return error_response(request.environ, ErrorCode.DATABASE_UNAVAILABLE, message, headers)


# These subclasses of DatabaseError indicate a bug in the service.
@exception_view_config(DataError, retryable_error=False)
@exception_view_config(IntegrityError, retryable_error=False)
@exception_view_config(ProgrammingError, retryable_error=False)
@exception_view_config(Exception, retryable_error=False)
def internal_error(error: Exception, request: Request) -> Response:
    # %r, since the path may not be UTF-8.
    log.error(
        "%s %r failed for user %r at %s",
        request.method,
        request.environ["PATH_INFO"],
        request.environ.get("classroom.user", "-"),
        request.remote_addr,
        exc_info=error,
    )
    return error_response(request.environ, ErrorCode.INTERNAL_ERROR, "internal server error")


def _is_hidden(request: Request) -> bool:
    """Return whether the URL belongs to a resource that the user may not read, existing or not."""
    # There is no context if the path could not be decoded.
    context = getattr(request, "context", None)
    if not isinstance(context, Resource) or request.has_permission(Permission.VIEW):
        return False
    names = (*request.traversed, request.view_name, *request.subpath)
    return has_resource(type(request.root), filter(None, names))
