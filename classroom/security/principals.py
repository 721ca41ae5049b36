"""Principals: the strings with which ACL entries refer to users."""

from collections.abc import Iterable

from pyramid.authorization import Authenticated, Everyone

from ..models.roles import Role


def has_role(role: str) -> str:
    """Return the principal of the users with a role."""
    return f"role:{role}"


def is_user(id: int) -> str:
    """Return the principal of one user."""
    return f"user:{id}"


def teaches(class_id: int) -> str:
    """Return the principal of the teachers of a class."""
    return f"teaches:{class_id}"


def principals_of(user_id: int, role: str, class_ids: Iterable[int]) -> frozenset[str]:
    """Return the principals of a user.

    :param class_ids: the classes that the user teaches, which count for teachers only.
    """
    classes = map(teaches, class_ids) if role == Role.TEACHER else ()
    return frozenset({Everyone, Authenticated, has_role(role), is_user(user_id), *classes})
