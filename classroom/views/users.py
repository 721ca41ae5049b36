"""Views that change users."""

from pyramid.view import view_config

from ..db import user_writes
from ..db.exceptions import NotFound
from ..http.body import read_object
from ..http.errors import InvalidFields
from ..http.syntax import JSON_TYPE, PATCH_TYPES
from ..models.credentials import validate_new_password
from ..request import Request
from ..resources.users import User, Users
from ..schemas import NewUser, Nothing, UserPatch
from ..schemas.decoding import decode, decode_patch
from ..security.passwords import hash_password
from ..security.permissions import Permission
from ..security.policy import check_password
from .checks import check_permission, check_precondition
from .documentation import Operation
from .results import Changed, Created


@view_config(
    context=Users,
    request_method="POST",
    permission=Permission.CREATE,
    operation=Operation("create{item}", "Create a {item}", (201, 409, 413, 415), "input"),
)
def create(context: Users, request: Request) -> Created:
    """The name must be unique."""
    user = decode(read_object(request, JSON_TYPE), NewUser)
    password = validate_new_password(user.password, user.name)
    password_hash = hash_password(password)  # before the transaction begins
    row = user_writes.add_user(request.db, user.name, password_hash, user.role)
    return Created(context.at(row.id, row))


@view_config(
    context=User,
    request_method="PATCH",
    permission=Permission.CHANGE_PASSWORD,
    operation=Operation(
        "change{noun}", "Change fields of {title}", (200, 404, 409, 412, 413, 415), "patch"
    ),
)
def patch(context: User, request: Request) -> Changed:
    """Fields that are left out do not change. Users may change their own password, with
    `current_password`; everything else needs the permission to change users.
    """
    fields = read_object(request, *PATCH_TYPES)
    if fields.keys() & {"name", "role"}:
        check_permission(Permission.CHANGE, context, request)
    values = _columns(context, request, decode_patch(fields, UserPatch))
    check_precondition(context, request)
    id = context.key["key"]
    context.row = user_writes.change_user_unless_last_admin(request.db, id, **values)
    return Changed(context)


@view_config(
    context=User,
    request_method="DELETE",
    permission=Permission.DELETE,
    operation=Operation("delete{noun}", "Delete {title}", (200, 404, 409, 412)),
)
def delete(context: User, request: Request) -> Nothing:
    """The tokens of the user become invalid. The last admin cannot be deleted (409)."""
    check_precondition(context, request)
    id = context.key["key"]
    user_writes.require_another_admin(request.db, id)
    user_writes.remove_user(request.db, id)
    return Nothing()


def _columns(context: User, request: Request, fields: dict[str, str]) -> dict[str, str]:
    """Return the columns to change. Passwords are hashed before the transaction begins."""
    current = fields.pop("current_password", None)
    password = fields.pop("password", None)
    if password is None:
        return fields
    if request.identity and request.identity.id == context.key["key"]:
        _check_current_password(request, current)
    if not context.exists():
        raise NotFound
    validate_new_password(password, fields.get("name", context.row.name))
    return {**fields, "password_hash": hash_password(password)}


def _check_current_password(request: Request, password: str | None) -> None:
    """:raises classroom.http.errors.InvalidFields: if the current password is missing or wrong."""
    if password is None:
        raise InvalidFields({"current_password": "is missing"})
    if not check_password(request, password):
        raise InvalidFields({"current_password": "is wrong"})
