"""The ACLs of the resource tree.

Pyramid looks for a matching entry from the context up to the root, and the first match decides. The
entries of a class, a registration or a user therefore take precedence over those of the API.
"""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from pyramid.authorization import DENY_ALL, ACLHelper, Allow, Authenticated, Everyone

from ..models.roles import Role
from ..security.permissions import Permission
from ..security.principals import has_role, is_user, teaches

Acl = Sequence[tuple[str, str, Any]]

_MANAGE_SCHOOL = (
    Permission.VIEW,
    Permission.CREATE,
    Permission.CHANGE,
    Permission.DELETE,
    Permission.REGISTER,
    Permission.ASSIGN,
)

PUBLIC: Acl = [(Allow, Everyone, Permission.VIEW), DENY_ALL]
"""The ACL of a resource that needs no authentication for GET, HEAD and OPTIONS."""

READ_ONLY: Acl = [(Allow, Authenticated, Permission.VIEW), DENY_ALL]
"""The ACL of a resource that every user may read."""

API: Acl = [
    (Allow, has_role(Role.ADMIN), _MANAGE_SCHOOL),
    (Allow, has_role(Role.REGISTRAR), _MANAGE_SCHOOL),
    (Allow, has_role(Role.TEACHER), Permission.VIEW),
    (Allow, has_role(Role.READER), Permission.VIEW),
    DENY_ALL,
]
"""The ACL of the API, which applies to students, classes and registrations."""

REGISTRATIONS: Acl = [(Allow, has_role(Role.TEACHER), Permission.CREATE)]
"""The ACL of the collection of registrations. POST also requires ``register`` on the class."""

USERS: Acl = [
    (Allow, has_role(Role.ADMIN), (*_MANAGE_SCHOOL, Permission.CHANGE_PASSWORD)),
    DENY_ALL,
]
"""The ACL of the collection of users, for admins only."""


def of_class(id: int) -> Acl:
    """Return the ACL of a class, which also applies to its registrations."""
    return [(Allow, teaches(id), Permission.REGISTER)]


def of_user(id: int) -> Acl:
    """Return the ACL of a user: users may read themselves and change their own passwords."""
    return [(Allow, is_user(id), (Permission.VIEW, Permission.CHANGE_PASSWORD))]


def is_granted_to_all_roles(kinds: Sequence[type], permission: Permission) -> bool:
    """Return whether every role has a permission on a resource, whichever ids are in its URL.

    :param kinds: the Python classes of the nodes in the path, from the root to the resource.
    """
    place = None
    for kind in kinds:
        acl = getattr(kind, "__acl__", ())
        # An ACL that depends on an id only adds permissions for individual users.
        place = SimpleNamespace(__parent__=place, __acl__=() if callable(acl) else acl)
    permits = ACLHelper().permits
    return all(
        permits(place, [Everyone, Authenticated, has_role(role)], permission) for role in Role
    )


def is_public(kind: type) -> bool:
    """Return whether the ACL of a resource class is the object ``PUBLIC`` itself."""
    return getattr(kind, "__acl__", None) is PUBLIC
