"""Views that change students and classes."""

from typing import Any

from pyramid.view import view_config

from ..db import writes
from ..http.body import read_object
from ..http.codes import ErrorCode
from ..http.syntax import JSON_TYPE, PATCH_TYPES
from ..request import Request
from ..resources.records import Record, Records
from ..schemas import Nothing
from ..schemas.decoding import decode, decode_patch
from ..security.permissions import Permission
from .checks import check_precondition
from .documentation import Operation
from .results import Changed, Created

_CONFLICTS = (ErrorCode.SOURCE_ID_EXISTS,)


@view_config(
    context=Records,
    request_method="POST",
    permission=Permission.CREATE,
    operation=Operation(
        "create{item}", "Create a {item}", (201, 413, 415), "input", conflicts=_CONFLICTS
    ),
)
def create(context: Records, request: Request) -> Created:
    """A repeated request creates another resource, since names need not be unique. With a
    `source_id`, it returns 409 instead, and `Location` is the URL of the resource that has the
    `source_id`.
    """
    fields = decode(read_object(request, JSON_TYPE), context.input)
    row = writes.create(request.db, context.item.model, **fields.given())
    return Created(context.at(row.id, row))


@view_config(
    context=Record,
    request_method="PUT",
    permission=Permission.CHANGE,
    operation=Operation(
        "replace{noun}",
        "Replace {title}",
        (200, 404, 412, 413, 415),
        "input",
        conflicts=_CONFLICTS,
    ),
)
def replace(context: Record, request: Request) -> Changed:
    """A `source_id` that is left out does not change, and null removes it. With `If-Match` the
    request succeeds only if the resource has not changed. Idempotent.
    """
    fields = decode(read_object(request, JSON_TYPE), context.input)
    return _change(context, request, fields.given())


@view_config(
    context=Record,
    request_method="PATCH",
    permission=Permission.CHANGE,
    operation=Operation(
        "change{noun}",
        "Change fields of {title}",
        (200, 404, 412, 413, 415),
        "patch",
        conflicts=_CONFLICTS,
    ),
)
def patch(context: Record, request: Request) -> Changed:
    """Fields that are left out do not change, and null removes the `source_id`. With `If-Match` the
    request succeeds only if the resource has not changed. Idempotent.
    """
    return _change(
        context, request, decode_patch(read_object(request, *PATCH_TYPES), context.input)
    )


@view_config(
    context=Record,
    request_method="DELETE",
    permission=Permission.DELETE,
    operation=Operation("delete{noun}", "Delete {title} and its registrations", (200, 404, 412)),
)
def delete(context: Record, request: Request) -> Nothing:
    """With `If-Match` the request succeeds only if the resource has not changed. A repeated
    request returns 404, or 412 with `If-Match`.
    """
    check_precondition(context, request)
    writes.remove(request.db, context.model, context.key["key"])
    return Nothing()


def _change(context: Record, request: Request, values: dict[str, Any]) -> Changed:
    check_precondition(context, request)
    context.row = writes.change(request.db, context.model, context.key["key"], **values)
    return Changed(context)
