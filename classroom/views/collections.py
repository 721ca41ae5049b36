"""The view that lists a collection."""

from typing import Any
from urllib.parse import quote

from msgspec import UNSET
from pyramid.view import view_config
from sqlalchemy import Row

from ..http import page_parameters, query
from ..http.pagination import Link, Page
from ..request import Request
from ..resources.base import Collection
from ..resources.records import Records
from ..resources.registrations import Registrations, RegistrationsOfItem
from ..resources.teachers import Teachers
from ..resources.users import ClassesOfUser, Users
from ..schemas.pages import Meta, PageSchema
from ..security.permissions import Permission
from .documentation import Operation

_VIEW: dict[str, Any] = {
    "request_method": "GET",
    "tried_first": True,
    "permission": Permission.VIEW,
    "operation": Operation("list{noun}", "List {title}", (200, 304, 404, 412), headers=("Link",)),
}


# Registered for each class that has other views. Otherwise, Pyramid would try those first, and
# none would match.
@view_config(context=Records, **_VIEW)
@view_config(context=Registrations, **_VIEW)
@view_config(context=RegistrationsOfItem, **_VIEW)
@view_config(context=Users, **_VIEW)
@view_config(context=ClassesOfUser, **_VIEW)
@view_config(context=Teachers, **_VIEW)
def list_(context: Collection, request: Request) -> PageSchema:
    """Follow `meta.next`, or the `Link` header, to the last page. This returns every row exactly
    once, even if other rows are added or deleted in the meantime.
    """
    settings, getall = request.services.settings, request.GET.getall
    chosen = query.read(getall, context.query)
    statements, scope = context.select(chosen)
    kept = [parameter.name for parameter in context.query]
    asked = page_parameters.parse(
        getall, statements.kinds, settings.per_page, settings.max_per_page, keep=kept
    )
    page = context.page(asked, statements, scope)
    expanded = chosen["expand"]
    collection_url = context.canonical.url
    return context.schema(
        urls=[collection_url + context.path(row) for row in page.rows],
        items=context.represent(page.rows, expanded) if expanded else UNSET,
        meta=_meta(context.url, page),
    )


def _meta(here: str, page: Page[Row[Any]]) -> Meta:
    return Meta(
        page=page.page,
        pages=page.pages,
        per_page=page.per_page,
        total=page.total,
        prev=_url(here, page.prev) if page.prev else None,
        next=_url(here, page.next) if page.next else None,
        first=_url(here, page.first),
        last=_url(here, page.last),
        before=page.before,
        after=page.after,
    )


def _url(here: str, link: Link) -> str:
    return f"{here}?{_query(link)}"


def _query(link: Link) -> str:
    # urlencode() takes half of the time of a page, since it converts every value.
    return "&".join(
        f"{name}={value if isinstance(value, int) else quote(value, safe='')}"
        for name, value in link
    )
