"""Why a user has a permission, or does not have it."""

from typing import Any, NamedTuple

from pyramid.authorization import ALL_PERMISSIONS

from ..db import queries
from ..resources.base import Node
from ..security.authentication import identity_of
from ..security.permissions import Permission
from .request import ShellRequest

_PERMISSIONS = tuple(each for each in Permission if each != Permission.NOBODY)


class Decision(NamedTuple):
    """Whether a user has a permission. It prints the entry of the ACL that decided."""

    user: str
    result: Any
    """Pyramid's ACLAllowed or ACLDenied."""

    def __bool__(self) -> bool:
        return bool(self.result)

    def __repr__(self) -> str:
        verdict = "Allowed" if self else "Denied"
        own = ", ".join(sorted(self.result.principals))
        return f"{verdict} by {_entry(self.result)}.\n{self.user} is {own}."


def permits(request: ShellRequest, name: str, permission: str, item: Any) -> Decision:
    """Return whether a user has a permission on an object of the shell, or on a resource.

    :raises KeyError: if there is no such user.
    :raises TypeError: if ``item`` is neither an object of the shell nor a resource.
    :raises ValueError: if there is no such permission.
    """
    if permission not in _PERMISSIONS:
        raise ValueError(f"permission: must be one of {', '.join(_PERMISSIONS)}")
    context = getattr(item, "resource", item)
    if not isinstance(context, Node):
        raise TypeError("item: must be an object of the shell or a resource, such as classes[3]")
    identity = identity_of(request.rows(queries.USER_BY_NAME, {"name": name}))
    if identity is None:
        raise KeyError(name)
    request.identity = identity
    try:
        return Decision(name, request.has_permission(permission, context))
    finally:
        request.identity = None


def _entry(result: Any) -> str:
    action, principal, permissions = result.ace
    names = "ALL_PERMISSIONS" if permissions is ALL_PERMISSIONS else _names(permissions)
    return f"({action}, {principal}, {names}) in the ACL of {result.context!r}"


def _names(permissions: Any) -> str:
    return permissions if isinstance(permissions, str) else f"({', '.join(permissions)})"
