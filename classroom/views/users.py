"""Views that change users."""

from pyramid.view import view_config

from ..db import user_writes
from ..db.exceptions import NotFound
from ..http.body import read_object
from ..http.codes import ErrorCode
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
    operation=Operation(
        "create{item}",
        "Create a {item}",
        (201, 413, 415),
        "input",
        conflicts=(ErrorCode.USER_EXISTS,),
    ),
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
        "change{noun}",
        "Change fields of {title}",
        (200, 404, 412, 413, 415),
        "patch",
        conflicts=(ErrorCode.USER_EXISTS, ErrorCode.LAST_ADMIN),
    ),
)
def patch(context: User, request: Request) -> Changed:
    """Fields that are left out do not change. Users may change their own password, with
    `current_password`; everything else needs the permission to change users.
    """
    fields = read_object(request, *PATCH_TYPES)
    if fields.keys() & {"name", "role"}:
        check_permission(Permission.CHANGE, context, request)
    values = decode_patch(fields, UserPatch)
    verified_hash = _verify_own_password(context, request, values)
    _hash_new_password(context, values)
    check_precondition(context, request)
    id = context.key["key"]
    if verified_hash and not user_writes.has_password_hash(request.db, id, verified_hash):
        raise InvalidFields({"current_password": "is wrong"})  # it was just changed
    context.row = user_writes.change_user_unless_last_admin(request.db, id, **values)
    return Changed(context)


@view_config(
    context=User,
    request_method="DELETE",
    permission=Permission.DELETE,
    operation=Operation(
        "delete{noun}", "Delete {title}", (200, 404, 412), conflicts=(ErrorCode.LAST_ADMIN,)
    ),
)
def delete(context: User, request: Request) -> Nothing:
    """The tokens of the user become invalid. The last admin cannot be deleted (409)."""
    check_precondition(context, request)
    id = context.key["key"]
    user_writes.require_another_admin(request.db, id)
    user_writes.remove_user(request.db, id)
    return Nothing()


def _verify_own_password(context: User, request: Request, values: dict[str, str]) -> str | None:
    """Remove the current password from the values, and return its hash if users change their own.

    It is verified before the transaction begins.

    :raises classroom.http.errors.InvalidFields: if it is required and missing or wrong.
    """
    current = values.pop("current_password", None)
    is_own = request.identity and request.identity.id == context.key["key"]
    if "password" not in values or not is_own:
        return None
    if current is None:
        raise InvalidFields({"current_password": "is missing"})
    if verified_hash := check_password(request, current):
        return verified_hash
    raise InvalidFields({"current_password": "is wrong"})


def _hash_new_password(context: User, values: dict[str, str]) -> None:
    """Replace a new password with its hash, before the transaction begins."""
    if "password" in values:
        if not context.exists():
            raise NotFound
        password = values.pop("password")
        validate_new_password(password, values.get("name", context.row.name))
        values["password_hash"] = hash_password(password)
