"""The resources: the list of the codes, and one page for each."""

from typing import ClassVar

from ..http.codes import ErrorCode
from ..resources.acl import PUBLIC, Acl
from ..resources.base import Resource


class Problem(Resource):
    """The page of a code, which is its name."""

    __acl__: ClassVar[Acl] = PUBLIC
    trailing_slash = False

    @property
    def code(self) -> ErrorCode:
        return ErrorCode(self.__name__)  # type: ignore[call-arg]  # mypy expects those of __new__


class Problems(Resource):
    """The list of the codes."""

    __acl__: ClassVar[Acl] = PUBLIC
    children = dict.fromkeys((code.value for code in ErrorCode), Problem)
