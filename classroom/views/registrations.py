"""Views of registrations."""

from collections.abc import Mapping
from contextlib import suppress

from pyramid.httpexceptions import HTTPNotFound
from pyramid.view import view_config
from pyramid_retry import mark_error_retryable

from ..db import registration_queries as queries
from ..db import writes
from ..db.exceptions import AlreadyRegistered, NotFound
from ..http import query
from ..http.body import read_object
from ..http.codes import ErrorCode
from ..http.errors import InvalidFields
from ..http.syntax import JSON_TYPE
from ..request import Request
from ..resources.named import NamedCollection, NamedItem
from ..resources.registrations import Registration, Registrations
from ..resources.relations import RELATIONS, joins
from ..schemas import Nothing
from ..schemas import Registration as RegistrationSchema
from ..schemas.decoding import decode
from ..schemas.fields import reference_rule
from ..security.permissions import Permission
from .checks import check_permission, check_precondition, recheck_precondition
from .documentation import Operation
from .results import Changed, Created

Reference = str | int
"""The URL or the id of an item."""


@view_config(
    context=Registrations,
    request_method="POST",
    permission=Permission.CREATE,
    operation=Operation(
        "create{item}",
        "Register a student for a class",
        (201, 413, 415),
        "input",
        conflicts=(ErrorCode.ALREADY_REGISTERED,),
    ),
)
def create(context: Registrations, request: Request) -> Created:
    """A repeated request returns 409. Use PUT for an idempotent registration."""
    fields = decode(read_object(request, JSON_TYPE), context.input)
    found = _find_items(context, {"student": fields.student, "class": fields.class_})
    check_permission(Permission.REGISTER, found["class_id"], request)
    key = {column: item.row.id for column, item in found.items()}
    try:
        row = writes.register(request.db, **key)
    except NotFound as error:
        # The student or the class has just been deleted. The retry does not find it.
        mark_error_retryable(error)
        raise
    return Created(context.at(**key, row=row))


def _find_items(context: Registrations, named: Mapping[str, Reference]) -> dict[str, NamedItem]:
    """Return the items that a registration refers to, by the column that refers to them.

    :param named: the URL or the id of each item, by the name of the field.
    :raises classroom.http.errors.InvalidFields: if an item does not exist.
    """
    found, problems = {}, {}
    for relation in RELATIONS:
        item = _find(context.__parent__[relation.collection], named[relation.name])
        if item:
            found[relation.join.column] = item
        else:
            problems[relation.name] = reference_rule(relation.name)
    if problems:
        raise InvalidFields(problems)
    return found


def _find(collection: NamedCollection, named: Reference) -> NamedItem | None:
    with suppress(KeyError):
        item = collection.at(named) if isinstance(named, int) else collection.find(named)
        return item if item.exists() else None
    return None


@view_config(
    context=Registration,
    request_method="GET",
    tried_first=True,
    permission=Permission.VIEW,
    operation=Operation("get{noun}", "Get {title}", (200, 304, 404, 412)),
)
def read(context: Registration, request: Request) -> RegistrationSchema:
    """Send the `ETag` as `If-None-Match` in the next request to avoid a repeated download."""
    expanded = query.read(request.GET.getall, context.query)["expand"]
    if expanded:
        rows = request.rows(queries.registration(joins(expanded)), context.key)
        if not rows:  # deleted after traversal
            raise HTTPNotFound
        context.row = rows[0]
    return context.represent(expanded)


@view_config(
    context=Registration,
    request_method="PUT",
    permission=Permission.REGISTER,
    operation=Operation(
        "put{noun}", "Register a student for a class, if not yet registered", (200, 201, 404, 412)
    ),
)
def put(context: Registration, request: Request) -> Created | Changed:
    """Idempotent: the first request returns 201, and a repeated one returns 200. With
    `If-None-Match: *`, a repeated request returns 412. The body is ignored.
    """
    check_precondition(context, request)
    try:
        context.row = writes.register(request.db, **context.key)
    except AlreadyRegistered as error:
        recheck_precondition(error, context, request)
        return Changed(context)
    return Created(context)


@view_config(
    context=Registration,
    request_method="DELETE",
    permission=Permission.REGISTER,
    operation=Operation("delete{noun}", "Delete {title}", (200, 404, 412)),
)
def delete(context: Registration, request: Request) -> Nothing:
    """With `If-Match` the request succeeds only if the resource has not changed. A repeated
    request returns 404, or 412 with `If-Match`.
    """
    check_precondition(context, request)
    writes.unregister(request.db, **context.key)
    return Nothing()
