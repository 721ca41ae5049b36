"""Reading, replacing, changing and deleting one thing."""

from datetime import UTC, datetime

from pyramid.httpexceptions import HTTPNotFound
from pyramid.response import Response
from pyramid.view import view_config
from pyramid_retry import mark_error_retryable
from sqlalchemy.exc import IntegrityError

from ..db import queries
from ..http import query
from ..http.responses import json_response
from ..request import Request
from ..resources.base import Item
from ..resources.tree import Class, NamedItem, Registration, Student
from ..schemas import inputs
from ..schemas.representations import encode
from .answers import NOTHING, created, written


@view_config(context=Student, request_method="GET", permission="view")
@view_config(context=Class, request_method="GET", permission="view")
def read(context: Item, request: Request) -> Response:
    return json_response(encode(context, request))


@view_config(context=Registration, request_method="GET", permission="view")
def read_registration(context: Registration, request: Request) -> Response:
    if expanded := query.read(request.GET.getall, context.query)["expand"]:
        rows = request.rows(queries.registration(expanded), context.key)
        if not rows:  # deleted meanwhile
            raise HTTPNotFound
        context.row = rows[0]
    return read(context, request)


@view_config(context=Student, request_method="PUT", permission="replace")
@view_config(context=Class, request_method="PUT", permission="replace")
def replace(context: NamedItem, request: Request) -> Response:
    return _rename(context, request, inputs.read_name(request))


@view_config(context=Student, request_method="PATCH", permission="replace")
@view_config(context=Class, request_method="PATCH", permission="replace")
def revise(context: NamedItem, request: Request) -> Response:
    return _rename(context, request, inputs.read_patch(request, context.row.name))


@view_config(context=Registration, request_method="PUT", permission="create")
def register(context: Registration, request: Request) -> Response:
    if context.row:
        return written(request, context)
    row = {**context.key, "timestamp": datetime.now(UTC)}
    try:
        context.row = request.db.execute(context.statements.create, row).one()
    except IntegrityError as error:
        # Somebody else was first, whose registration the next attempt will find.
        mark_error_retryable(error)
        raise
    return created(request, context)


@view_config(context=Student, request_method="DELETE", permission="delete")
@view_config(context=Class, request_method="DELETE", permission="delete")
@view_config(context=Registration, request_method="DELETE", permission="delete")
def remove(context: Item, request: Request) -> Response:
    request.db.execute(context.statements.delete, context.key)
    return json_response(NOTHING)


def _rename(context: NamedItem, request: Request, name: str) -> Response:
    context.row = request.db.execute(context.statements.rename, {**context.key, "name": name}).one()
    return written(request, context)
