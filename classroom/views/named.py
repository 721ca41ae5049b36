"""Views of students and classes."""

from collections.abc import Mapping
from typing import Any

import msgspec
from pyramid.view import view_config

from ..db import writes
from ..http.body import read_object
from ..http.syntax import JSON_TYPE, PATCH_TYPES
from ..request import Request
from ..resources.named import NamedCollection, NamedItem
from ..schemas import Nothing
from ..schemas.decoding import decode, decode_patch
from ..schemas.named import NamedSchema
from ..security.permissions import Permission
from .documentation import Operation
from .results import Changed, Created


@view_config(
    context=NamedCollection,
    request_method="POST",
    permission=Permission.CREATE,
    operation=Operation("create{item}", "Create one of {title}", (201, 413, 415), "input"),
)
def create(context: NamedCollection, request: Request) -> Created:
    """Not idempotent: each request creates another one, since names need not be unique."""
    fields = decode(read_object(request, JSON_TYPE), context.input)
    row = writes.create(request.db, context.item.model, **msgspec.structs.asdict(fields))
    return Created(context.at(row))


@view_config(
    context=NamedItem,
    request_method="GET",
    tried_first=True,
    permission=Permission.VIEW,
    operation=Operation("get{noun}", "Get {title}", (200, 304, 404, 412)),
)
def read(context: NamedItem, request: Request) -> NamedSchema:
    """Send the `ETag` as `If-None-Match` in the next request to avoid a repeated download."""
    return context.represent()


@view_config(
    context=NamedItem,
    request_method="PUT",
    permission=Permission.REPLACE,
    operation=Operation("replace{noun}", "Replace {title}", (200, 404, 412, 413, 415), "input"),
)
def replace(context: NamedItem, request: Request) -> Changed:
    """With `If-Match` the request succeeds only if the resource has not changed. Idempotent."""
    fields = decode(read_object(request, JSON_TYPE), context.input)
    return _change(context, request, msgspec.structs.asdict(fields))


@view_config(
    context=NamedItem,
    request_method="PATCH",
    permission=Permission.REPLACE,
    operation=Operation(
        "change{noun}", "Change fields of {title}", (200, 404, 412, 413, 415), "patch"
    ),
)
def patch(context: NamedItem, request: Request) -> Changed:
    """Fields that are left out do not change. With `If-Match` the request succeeds only if the
    resource has not changed. Idempotent.
    """
    values = decode_patch(read_object(request, *PATCH_TYPES), context.input)
    return _change(context, request, values) if values else Changed(context)


@view_config(
    context=NamedItem,
    request_method="DELETE",
    permission=Permission.DELETE,
    operation=Operation(
        "delete{noun}", "Delete {title} with all that refers to it", (200, 404, 412)
    ),
)
def delete(context: NamedItem, request: Request) -> Nothing:
    """With `If-Match` the request succeeds only if the resource has not changed. A repeated
    request is 404.
    """
    writes.remove(request.db, context.model, context.row.id)
    return Nothing()


def _change(context: NamedItem, request: Request, values: Mapping[str, Any]) -> Changed:
    context.row = writes.change(request.db, context.model, context.row.id, **values)
    return Changed(context)
