"""Reading a collection page by page, and adding to it."""

import msgspec
from pyramid.response import Response
from pyramid.view import view_config

from ..db import writes
from ..http import pagination, query
from ..http.responses import json_response
from ..request import Request
from ..resources.base import Collection
from ..resources.tree import (
    Classes,
    NamedCollection,
    Registrations,
    RegistrationsOfClass,
    RegistrationsOfStudent,
    Students,
)
from ..schemas import inputs, representations
from .answers import created


@view_config(context=Students, request_method="GET", permission="view")
@view_config(context=Classes, request_method="GET", permission="view")
@view_config(context=Registrations, request_method="GET", permission="view")
@view_config(context=RegistrationsOfStudent, request_method="GET", permission="view")
@view_config(context=RegistrationsOfClass, request_method="GET", permission="view")
def browse(context: Collection, request: Request) -> Response:
    conf, getall = request.conf, request.GET.getall
    chosen = query.read(getall, context.query)
    statements, scope = context.select(chosen)
    asked = pagination.parse(
        getall, statements.kinds, conf.per_page, conf.max_per_page, keep=list(context.query)
    )
    cut = context.page(asked, statements, scope)
    page = representations.page(context, request, cut, bool(chosen["expand"]))
    link = representations.link(page["meta"])
    return json_response(msgspec.json.encode(page), headers=[("Link", link)])


@view_config(context=Students, request_method="POST", permission="create")
@view_config(context=Classes, request_method="POST", permission="create")
def create(context: NamedCollection, request: Request) -> Response:
    row = writes.create(request.db, context.item.model, inputs.read_name(request))
    return created(request, context.place(row))


@view_config(context=Registrations, request_method="POST", permission="create")
def register(context: Registrations, request: Request) -> Response:
    student, class_ = inputs.read_registration(request)
    row = writes.register(request.db, student.row.id, class_.row.id)
    return created(request, context.place(row.student_id, row.class_id, row))
