"""Exception views of conflicts: 409, with the URL of the resource in conflict in ``Location``."""

from pyramid.response import Response
from pyramid.traversal import find_interface
from pyramid.view import exception_view_config

from ..db.exceptions import (
    AlreadyRegistered,
    AlreadyTeaches,
    LastAdmin,
    NotATeacher,
    SourceIdExists,
    UserConflict,
    UserExists,
)
from ..http.codes import ErrorCode
from ..http.errors import error_response
from ..request import Request
from ..resources.records import Records

_USER_CONFLICTS = {
    UserExists: ErrorCode.USER_EXISTS,
    NotATeacher: ErrorCode.NOT_A_TEACHER,
    LastAdmin: ErrorCode.LAST_ADMIN,
}


@exception_view_config(AlreadyRegistered, retryable_error=False)
def already_registered(error: AlreadyRegistered, request: Request) -> Response:
    registrations = request.root["api"]["v1.0"]["registrations"]
    url = registrations.at(error.student_id, error.class_id).url
    return _conflict(ErrorCode.ALREADY_REGISTERED, error, url, request)


@exception_view_config(AlreadyTeaches, retryable_error=False)
def already_teaches(error: AlreadyTeaches, request: Request) -> Response:
    teachers = request.root["api"]["v1.0"]["classes"].at(error.class_id)["teachers"]
    url = teachers.at(error.user_id).url
    return _conflict(ErrorCode.ALREADY_TEACHES, error, url, request)


@exception_view_config(SourceIdExists, retryable_error=False)
def source_id_exists(error: SourceIdExists, request: Request) -> Response:
    url = find_interface(request.context, Records).at(error.id).url
    return _conflict(ErrorCode.SOURCE_ID_EXISTS, error, url, request)


@exception_view_config(UserConflict, retryable_error=False)
def user_conflict(error: UserConflict, request: Request) -> Response:
    users = request.root["api"]["v1.0"]["users"]
    return _conflict(_USER_CONFLICTS[type(error)], error, users.at(error.user_id).url, request)


def _conflict(code: ErrorCode, error: Exception, url: str, request: Request) -> Response:
    return error_response(request.environ, code, str(error), [("Location", url)])
