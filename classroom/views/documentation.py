"""The option ``operation`` of view_config, which documents the operation of a view."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from pyramid.config import Configurator
from pyramid.registry import Introspector

from ..http.codes import ErrorCode
from ..resources.base import Collection, Resource
from ..schemas.base import Schema
from ..security.permissions import Permission

View = Callable[..., Any]


class Operation(NamedTuple):
    """An operation of the OpenAPI document. The docstring of the view is its description.

    :param id: the id of the operation. ``{noun}`` is the noun of the context, and ``{item}`` the
        name of the schema of a collection's items.
    :param summary: one line. ``{title}`` is the title of the context, and ``{item}`` the same as in
        the id, in lower case.
    :param statuses: the statuses of this operation, in addition to those of all operations.
    :param body: the attribute of the context that is the schema of the request body, if any.
    :param headers: the headers of successful responses, in addition to those of the method.
    :param conflicts: the codes of 409 responses.
    :param failures: the failures that have the schema of a success instead of an error, by status,
        each with an example.
    """

    id: str
    summary: str
    statuses: tuple[int, ...]
    body: str | None = None
    headers: tuple[str, ...] = ()
    conflicts: tuple[ErrorCode, ...] = ()
    failures: Mapping[int, Schema] = MappingProxyType({})

    def id_of(self, context: type[Resource]) -> str:
        return self.id.format(noun=context.noun, item=_item_of(context))

    def summary_of(self, context: type[Resource]) -> str:
        return self.summary.format(title=context.title, item=_item_of(context).lower())


def _item_of(context: type[Resource]) -> str:
    return context.item_schema.__name__ if issubclass(context, Collection) else ""


class Documented(NamedTuple):
    """A view that has an operation, as recorded by the introspector."""

    context: type
    method: str
    permission: Permission
    operation: Operation
    description: str


def documented(introspector: Introspector) -> list[Documented]:
    """Return the views that have an operation, in the order of their registration."""
    return [
        _documented(view["introspectable"], view["related"])
        for view in introspector.get_category("views")
        if view["introspectable"].get("operation")
    ]


def _documented(view: Any, related: Sequence[Any]) -> Documented:
    permission = next(each["value"] for each in related if each.category_name == "permissions")
    return Documented(
        view["context"],
        view["request_methods"],
        permission,
        view["operation"],
        _description(view),
    )


def _description(view: Any) -> str:
    return " ".join((view["callable"].__doc__ or "").split())


def keep_operation(view: View, info: Any) -> View:
    """Do nothing: this deriver only registers the option ``operation`` for the introspector."""
    return view


keep_operation.options = ("operation",)  # type: ignore[attr-defined]


def includeme(config: Configurator) -> None:
    config.add_view_deriver(keep_operation)
