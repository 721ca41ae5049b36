"""The view that reads an item."""

from typing import Any

from pyramid.view import view_config

from ..request import Request
from ..resources.base import Item
from ..resources.records import Record
from ..resources.teachers import Teacher
from ..resources.users import User
from ..schemas.base import Schema
from ..security.permissions import Permission
from .documentation import Operation

_VIEW: dict[str, Any] = {
    "request_method": "GET",
    "tried_first": True,
    "permission": Permission.VIEW,
    "operation": Operation("get{noun}", "Get {title}", (200, 304, 404, 412)),
}


# Registered for each class that has other views. Otherwise, Pyramid would try those first, and
# none would match.
@view_config(context=Record, **_VIEW)
@view_config(context=User, **_VIEW)
@view_config(context=Teacher, **_VIEW)
def read(context: Item, request: Request) -> Schema:
    """Send the `ETag` as `If-None-Match` in the next request to avoid a repeated download."""
    return context.represent()
