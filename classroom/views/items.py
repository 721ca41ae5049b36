"""Reading, replacing, changing and deleting one thing."""

from pyramid.httpexceptions import HTTPNotFound
from pyramid.response import Response
from pyramid.view import view_config
from pyramid_retry import mark_error_retryable

from ..db import queries, writes
from ..db.errors import AlreadyRegistered
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
    try:
        context.row = writes.register(request.db, **context.key)
    except AlreadyRegistered as error:
        # Another request was faster. The next attempt finds its registration.
        mark_error_retryable(error)
        raise
    return created(request, context)


@view_config(context=Student, request_method="DELETE", permission="delete")
@view_config(context=Class, request_method="DELETE", permission="delete")
def remove(context: NamedItem, request: Request) -> Response:
    writes.remove(request.db, context.model, context.row.id)
    return json_response(NOTHING)


@view_config(context=Registration, request_method="DELETE", permission="delete")
def unregister(context: Registration, request: Request) -> Response:
    writes.unregister(request.db, **context.key)
    return json_response(NOTHING)


def _rename(context: NamedItem, request: Request, name: str) -> Response:
    context.row = writes.rename(request.db, context.model, context.row.id, name)
    return written(request, context)
