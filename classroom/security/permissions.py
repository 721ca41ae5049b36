"""The permissions that ACLs grant and views require."""

from enum import StrEnum


class Permission(StrEnum):
    VIEW = "view"
    """Read a resource."""
    CREATE = "create"
    """Add an item to a collection."""
    CHANGE = "change"
    """Change an item."""
    DELETE = "delete"
    """Delete an item."""
    REGISTER = "register"
    """Register and unregister students for a class."""
    ASSIGN = "assign"
    """Assign teachers to a class, and remove them."""
    CHANGE_PASSWORD = "change-password"  # noqa: S105 (a permission)
    """Change the password of a user."""
    NOBODY = "nobody"
    """The default permission of views. No ACL grants it, so a view must name another."""
