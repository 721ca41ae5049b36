"""Checks that views make after they have read the body: further permissions, and preconditions."""

import msgspec
from pyramid.httpexceptions import HTTPForbidden, HTTPPreconditionFailed
from pyramid_retry import mark_error_retryable

from ..db.exceptions import NotFound
from ..http.errors import PRECONDITION_FAILED
from ..http.preconditions import Outcome, entity_tag, evaluate
from ..request import Request
from ..resources.base import Item, Resource
from ..security.permissions import Permission


def check_permission(permission: Permission, context: Resource, request: Request) -> None:
    """Check a permission in addition to the one that the view names.

    :raises pyramid.httpexceptions.HTTPForbidden: unless the ACLs grant the permission.
    """
    decision = request.has_permission(permission, context)
    if not decision:
        raise HTTPForbidden(result=decision)


def check_precondition(context: Item, request: Request) -> None:
    """Evaluate If-Match and If-None-Match on the row, locked by the writing transaction.

    The views of PUT, PATCH and DELETE call this before they write (RFC 9110, section 13.2).

    :raises pyramid.httpexceptions.HTTPPreconditionFailed: if the precondition is false.
    """
    environ = request.environ
    if "HTTP_IF_MATCH" in environ or "HTTP_IF_NONE_MATCH" in environ:
        context.lock()
        tag = entity_tag(msgspec.json.encode(context.represent())) if context.row else None
        if evaluate(environ, tag) is not Outcome.HOLDS:
            raise HTTPPreconditionFailed(PRECONDITION_FAILED)
        if context.row is None and request.method == "DELETE":
            raise NotFound  # the DELETE could delete an item that is created after this check


def recheck_precondition(error: Exception, context: Item, request: Request) -> None:
    """Evaluate the precondition of a PUT on an item that a concurrent request has created.

    :param error: says that the item exists. A retry resolves it if the item has been deleted in
        the meantime.
    :raises pyramid.httpexceptions.HTTPPreconditionFailed: if the precondition is false.
    """
    context.lock()
    if context.row is None:
        mark_error_retryable(error)
        raise error
    check_precondition(context, request)
