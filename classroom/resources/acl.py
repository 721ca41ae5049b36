"""The ACLs of the resource tree."""

from collections.abc import Sequence
from typing import Any

from pyramid.authorization import DENY_ALL, Allow, Authenticated, Everyone

from ..security.permissions import Permission

Acl = Sequence[tuple[str, str, Any]]

PUBLIC: Acl = [(Allow, Everyone, Permission.VIEW), DENY_ALL]
"""A resource that needs no authentication for GET, HEAD and OPTIONS."""

READ_ONLY: Acl = [(Allow, Authenticated, Permission.VIEW), DENY_ALL]
"""A resource that every user may read."""

FULL_ACCESS: Acl = [
    (
        Allow,
        Authenticated,
        (Permission.VIEW, Permission.CREATE, Permission.REPLACE, Permission.DELETE),
    ),
    DENY_ALL,
]
"""A resource for which every user has every permission."""


def is_public(kind: type) -> bool:
    """Return whether the ACL of a resource class is the object ``PUBLIC`` itself."""
    return getattr(kind, "__acl__", None) is PUBLIC
