"""The error codes. The OpenAPI document, the problem pages and docs/api.md list them."""

from enum import StrEnum
from typing import Self

from .syntax import MAX_BODY, MAX_PATH


class ErrorCode(StrEnum):
    """A stable identifier of an error, which distinguishes errors with the same status."""

    status: int
    description: str

    def __new__(cls, value: str, status: int, description: str) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.status = status
        member.description = description
        return member

    REDIRECTED = (
        "redirected",
        308,
        "The URL has an extra or missing trailing slash. `Location` is the canonical URL.",
    )
    BAD_REQUEST = (
        "bad_request",
        400,
        "The request line, a header field or the framing of the body violates RFC 9112.",
    )
    INVALID_HOST = ("invalid_host", 400, "The `Host` header is missing, repeated or malformed.")
    INVALID_HEADER = ("invalid_header", 400, "A header is malformed. The message names it.")
    INVALID_QUERY = ("invalid_query", 400, "The query is not UTF-8.")
    UNKNOWN_PARAMETER = (
        "unknown_parameter",
        400,
        "The method does not accept this query parameter at this URL. The message names it.",
    )
    INVALID_PARAMETER = (
        "invalid_parameter",
        400,
        "The value of a query parameter is invalid, or the parameter is repeated. The message names"
        " it.",
    )
    INVALID_BODY = ("invalid_body", 400, "The body is not a JSON object in UTF-8.")
    INVALID_FIELD = (
        "invalid_field",
        400,
        "Fields of the body are missing or invalid. The message names each of them.",
    )
    AUTHENTICATION_REQUIRED = (
        "authentication_required",
        401,
        "The request has no credentials.",
    )
    INVALID_CREDENTIALS = (
        "invalid_credentials",
        401,
        "The user name or the password is wrong, or the `Authorization` header is malformed.",
    )
    INVALID_TOKEN = (
        "invalid_token",
        401,
        "The token is invalid or has expired, or the password has changed since it was issued."
        " Request a new token.",
    )
    TOKEN_REQUIRED = (
        "token_required",
        401,
        "The URL takes a token, not a password. The message contains the URL that issues tokens.",
    )
    PERMISSION_DENIED = (
        "permission_denied",
        403,
        "The user does not have a permission that the request requires. The message names it.",
    )
    NOT_FOUND = (
        "not_found",
        404,
        f"There is no resource at the URL, or its path exceeds {MAX_PATH} bytes.",
    )
    PAGE_NOT_FOUND = ("page_not_found", 404, "The page number is past the last page.")
    METHOD_NOT_ALLOWED = (
        "method_not_allowed",
        405,
        "The resource does not support the method. `Allow` lists those that it supports, as in the"
        " response to OPTIONS.",
    )
    REQUEST_TIMEOUT = (
        "request_timeout",
        408,
        "The request was not complete in time. The connection is closed.",
    )
    ALREADY_REGISTERED = (
        "already_registered",
        409,
        "The student is already registered for the class. `Location` is the URL of the"
        " registration.",
    )
    SOURCE_ID_EXISTS = (
        "source_id_exists",
        409,
        "Another student has the `source_id` of this student, or another class that of this class."
        " `Location` is the URL of the other.",
    )
    ALREADY_TEACHES = (
        "already_teaches",
        409,
        "The teacher is already assigned to the class. `Location` is the URL of the assignment.",
    )
    USER_EXISTS = (
        "user_exists",
        409,
        "There is already a user with that name. `Location` is the URL of that user.",
    )
    NOT_A_TEACHER = (
        "not_a_teacher",
        409,
        "Only users with the role `teacher` can be assigned to a class. `Location` is the URL of"
        " the user.",
    )
    LAST_ADMIN = (
        "last_admin",
        409,
        "The last admin cannot be deleted or given another role. `Location` is the URL of the"
        " user.",
    )
    PRECONDITION_FAILED = (
        "precondition_failed",
        412,
        "The condition in `If-Match` or `If-None-Match` is false. If a write failed, read the"
        " resource again.",
    )
    BODY_TOO_LARGE = ("body_too_large", 413, f"The body exceeds {MAX_BODY // 1024} KiB.")
    UNSUPPORTED_MEDIA_TYPE = (
        "unsupported_media_type",
        415,
        "The media type of the body is not supported, or its charset is not UTF-8. For PATCH,"
        " `Accept-Patch` lists the media types.",
    )
    RATE_LIMITED = (
        "rate_limited",
        429,
        "Too many requests from this address. `Retry-After` is the time to wait in seconds.",
    )
    TOO_MANY_FAILED_LOGINS = (
        "too_many_failed_logins",
        429,
        "Too many failed logins with this user name from this address, or from this address in"
        " total. `Retry-After` is the time to wait in seconds.",
    )
    HEADERS_TOO_LARGE = ("headers_too_large", 431, "The header fields are too large.")
    INTERNAL_ERROR = ("internal_error", 500, "The service failed, and logged the error.")
    NOT_IMPLEMENTED = ("not_implemented", 501, "The transfer coding of the body is not supported.")
    DATABASE_UNAVAILABLE = (
        "database_unavailable",
        503,
        "The database is unavailable, or too many clients are writing at the same time."
        " `Retry-After` is the time to wait in seconds.",
    )
    TOO_MANY_LOGINS = (
        "too_many_logins",
        503,
        "Too many clients are logging in at the same time. `Retry-After` is the time to wait in"
        " seconds.",
    )


# The codes of errors that waitress and Pyramid raise.
_GENERAL = {
    code.status: code
    for code in (
        ErrorCode.REDIRECTED,
        ErrorCode.BAD_REQUEST,
        ErrorCode.PERMISSION_DENIED,
        ErrorCode.NOT_FOUND,
        ErrorCode.METHOD_NOT_ALLOWED,
        ErrorCode.REQUEST_TIMEOUT,
        ErrorCode.PRECONDITION_FAILED,
        ErrorCode.BODY_TOO_LARGE,
        ErrorCode.UNSUPPORTED_MEDIA_TYPE,
        ErrorCode.HEADERS_TOO_LARGE,
        ErrorCode.INTERNAL_ERROR,
        ErrorCode.NOT_IMPLEMENTED,
    )
}
_OF_CLASS = {
    3: ErrorCode.REDIRECTED,
    4: ErrorCode.BAD_REQUEST,
    5: ErrorCode.INTERNAL_ERROR,
}


def code_of_status(status: int) -> ErrorCode:
    """Return the code of an error that has only a status.

    An extension may return a status that the service itself does not use. This returns the general
    code of its class (3xx, 4xx or 5xx).
    """
    return _GENERAL.get(status, _OF_CLASS[status // 100])
