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

from ..db.errors import AlreadyRegistered, NotFound
from ..http.errors import PRECONDITION_FAILED, InvalidFields, error_response
from ..http.pagination import PastTheEnd
from ..http.query import BadParameter
from ..models.names import ID
from ..request import CONDITIONAL_WRITES, Request
from ..resources.tree import NamedCollection, RegistrationsByStudent
from ..security.login_attempts import TooManyChecks, TooManyFailures

log = logging.getLogger(__name__)

# The places whose items may be missing, and the conditional methods that the items have then.
_MAY_MISS = {NamedCollection: CONDITIONAL_WRITES, RegistrationsByStudent: {"DELETE"}}


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
    if _is_missing_from_a_condition(request):
        return error_response(request.environ, 412, PRECONDITION_FAILED)
    return error_response(request.environ, 404, "there is nothing at this URL")


@exception_view_config(AlreadyRegistered, retryable_error=False)
def already_registered(error: AlreadyRegistered, request: Request) -> Response:
    registrations = request.root["api"]["v1.0"]["registrations"]
    place = registrations.place(error.student_id, error.class_id)
    headers = [("Location", request.resource_url(place))]
    return error_response(request.environ, 409, str(error), headers)


@exception_view_config(PastTheEnd)
def past_the_end(error: PastTheEnd, request: Request) -> Response:
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
    # Clients that send the next wrong password at once would fill the queue before all others.
    # Another WSGI server has no such callable.
    if throttle := request.environ.get("classroom.throttle"):
        throttle()
    headers = [("Retry-After", str(error.retry_after))]
    return error_response(request.environ, status, str(error), headers)


@exception_view_config(DatabaseError, retryable_error=False)
@exception_view_config(InterfaceError, retryable_error=False)
@exception_view_config(TimeoutError, retryable_error=False)
def database_error(error: Exception, request: Request) -> Response:
    if request.registry["classroom.outage"].record_failure():
        log.error("the database fails: %r", str(getattr(error, "orig", error)))
    headers = [("Retry-After", "2")]
    return error_response(request.environ, 503, "the database does not answer", headers)


# These are DatabaseErrors by class, and mistakes of the service by nature.
@exception_view_config(DataError, retryable_error=False)
@exception_view_config(IntegrityError, retryable_error=False)
@exception_view_config(ProgrammingError, retryable_error=False)
@exception_view_config(Exception, retryable_error=False)
def internal_error(error: Exception, request: Request) -> Response:
    # Raw and quoted: a path may be no UTF-8, or look like another line of the log.
    log.error("%s %r failed", request.method, request.environ["PATH_INFO"], exc_info=error)
    return error_response(request.environ, 500, "the server failed; it has been logged")


def _is_missing_from_a_condition(request: Request) -> bool:
    """Whether a writer names, by If-Match, the state of an item that is not there any more.

    So the losers of a race to delete are told what the losers of a race to replace are.
    """
    # There is no context where the path could not even be read.
    context = getattr(request, "context", None)
    methods = next((verbs for kind, verbs in _MAY_MISS.items() if isinstance(context, kind)), ())
    if request.method not in methods or "HTTP_IF_MATCH" not in request.environ:
        return False
    ids = (*request.traversed[3:], request.view_name)  # what follows the name of a collection
    return not request.subpath and all(re.fullmatch(ID, id) for id in ids)
