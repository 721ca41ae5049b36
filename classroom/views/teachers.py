"""Views that assign teachers to classes."""

from pyramid.view import view_config

from ..db import user_writes
from ..db.exceptions import AlreadyTeaches, NotFound
from ..http.body import read_object
from ..http.codes import ErrorCode
from ..http.errors import InvalidFields
from ..http.syntax import JSON_TYPE
from ..request import Request
from ..resources.teachers import Teacher, Teachers
from ..schemas import NewTeacher, Nothing
from ..schemas.decoding import decode
from ..security.permissions import Permission
from .checks import check_precondition, recheck_precondition
from .documentation import Operation
from .results import Changed, Created


@view_config(
    context=Teachers,
    request_method="POST",
    permission=Permission.ASSIGN,
    operation=Operation(
        "create{item}",
        "Assign a teacher to a class",
        (201, 404, 413, 415),
        "input",
        conflicts=(ErrorCode.ALREADY_TEACHES, ErrorCode.NOT_A_TEACHER),
    ),
)
def create(context: Teachers, request: Request) -> Created:
    """The user must have the role `teacher`, otherwise the response is 409. A repeated request
    returns 409 too. PUT is idempotent.
    """
    name = decode(read_object(request, JSON_TYPE), NewTeacher).name
    try:
        user_id = user_writes.find_user(request.db, name)
    except NotFound:
        raise InvalidFields({"name": "must be the name of a user"}) from None
    user_writes.assign(request.db, context.class_id, user_id)
    return Created(context.at(user_id))


@view_config(
    context=Teacher,
    request_method="PUT",
    permission=Permission.ASSIGN,
    operation=Operation(
        "put{noun}",
        "Assign a teacher, unless already assigned",
        (200, 201, 404, 412),
        conflicts=(ErrorCode.NOT_A_TEACHER,),
    ),
)
def put(context: Teacher, request: Request) -> Created | Changed:
    """Idempotent: the first request returns 201, and a repeated one returns 200. The user must
    have the role `teacher`, otherwise the response is 409. The body is ignored.
    """
    check_precondition(context, request)
    try:
        user_writes.assign(request.db, **context.key)
    except AlreadyTeaches as error:
        recheck_precondition(error, context, request)
        return Changed(context)
    return Created(context)


@view_config(
    context=Teacher,
    request_method="DELETE",
    permission=Permission.ASSIGN,
    operation=Operation("delete{noun}", "Remove a teacher from a class", (200, 404, 412)),
)
def delete(context: Teacher, request: Request) -> Nothing:
    """With `If-Match` the request succeeds only if the resource has not changed. A repeated
    request returns 404, or 412 with `If-Match`.
    """
    check_precondition(context, request)
    user_writes.unassign(request.db, **context.key)
    return Nothing()
