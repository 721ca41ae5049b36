"""The permissions that ACLs grant and views require."""

from enum import StrEnum


class Permission(StrEnum):
    VIEW = "view"
    """Read a resource."""
    CREATE = "create"
    """Add a student, class or registration."""
    REPLACE = "replace"
    """Change a student or class."""
    DELETE = "delete"
    """Delete a student, class or registration."""
    NOBODY = "nobody"
    """The default permission of views. No ACL grants it, so a view must name another."""
