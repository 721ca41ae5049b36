"""Pages of an ordered collection, and links that survive what others insert and delete.

A page asked for by number is cut by counting rows. The links that a page gives carry a cursor
besides: the key of the row after which the next page begins, or before which the previous ends.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from ..db.slices import Key, Slice
from ..models.names import ID, VISIBLE
from .query import BadParameter, GetAll, single

Link = list[tuple[str, str | int]]
Row = TypeVar("Row")

_PART = {int: f"({ID})", str: f"({VISIBLE})"}


class PastTheEnd(LookupError):
    """A page number beyond the last page."""


@dataclass(frozen=True)
class PageRequest:
    """What a client asks for: a page by its number, from 1, or beside a cursor.

    :param kept: other parameters, which the links to pages repeat.
    """

    page: int
    per_page: int
    after: Key | None = None
    before: Key | None = None
    kept: tuple[tuple[str, str], ...] = ()

    @property
    def is_counted(self) -> bool:
        """Whether the rows must be counted to know which are on the page."""
        return self.page > 1 and not self.after and not self.before

    def link(self, page: int, **cursor: Key) -> Link:
        """The query that asks for another page of the same size."""
        keys = [(name, ".".join(map(str, key))) for name, key in cursor.items()]
        return [*self.kept, ("per_page", self.per_page), ("page", max(page, 1)), *keys]

    def slice(self, total: int) -> Slice:
        """The rows to fetch, one more than fit where only that tells if others follow.

        :raises PastTheEnd: where ``total`` rows have no such page.
        """
        if self.after or self.before:
            return Slice(self.per_page + 1, 0, self.after or self.before, bool(self.before))
        start = (self.page - 1) * self.per_page
        if self.page > 1 and start >= total:
            raise PastTheEnd("page: there is no such page")
        if start <= total // 2:
            return Slice(self.per_page, start)
        count = min(self.per_page, total - start)
        return Slice(count, total - start - count, backward=True)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """A page: its rows in order, where it stands, and the queries that lead on from it."""

    rows: Sequence[Row]
    page: int
    pages: int
    per_page: int
    total: int
    prev: Link | None
    next: Link | None
    first: Link
    last: Link


def paginate(
    asked: PageRequest,
    count: Callable[[], int],
    fetch: Callable[[Slice], tuple[Sequence[Row], int | None]],
    key: Callable[[Row], Key],
) -> Page[Row]:
    """Cut the page that is ``asked`` for.

    :param count: tells how many rows there are in all.
    :param fetch: gives a slice of them, and may tell the same with it.
    :raises PastTheEnd: where there is no such page.
    """
    wanted = asked.slice(count() if asked.is_counted else 0)
    fetched, told = fetch(wanted)
    total = count() if told is None else told
    rows = fetched[: asked.per_page]
    if wanted.backward:
        rows = rows[::-1]
    pages = -(-total // asked.per_page)
    if asked.before:
        has_prev, has_next = len(fetched) > len(rows), True
    elif asked.after:
        has_prev, has_next = asked.page > 1, len(fetched) > len(rows)
    else:
        has_prev, has_next = asked.page > 1, asked.page < pages
    first, last = asked.link(1), asked.link(pages)
    # A page that others emptied meanwhile has no row to lean on: the ends do instead.
    prev = asked.link(asked.page - 1, before=key(rows[0])) if rows else last
    following = asked.link(asked.page + 1, after=key(rows[-1])) if rows else first
    return Page(
        rows=rows,
        page=asked.page,
        pages=pages,
        per_page=asked.per_page,
        total=total,
        prev=prev if has_prev else None,
        next=following if has_next else None,
        first=first,
        last=last,
    )


def parse(
    getall: GetAll,
    kinds: Sequence[type],
    per_page: int,
    max_per_page: int,
    keep: Sequence[str] = (),
) -> PageRequest:
    """Read ``page``, ``per_page`` and the cursors from a query.

    :param kinds: of what a cursor consists, ``int`` for an id or ``str`` for a text.
    :param keep: the names of parameters that the links to pages repeat.
    :raises BadParameter: for the first that makes no sense.
    """
    size = _number(getall, "per_page") or per_page
    asked = PageRequest(
        page=_number(getall, "page") or 1,
        per_page=min(size, max_per_page),
        after=_cursor(getall, "after", kinds),
        before=_cursor(getall, "before", kinds),
        kept=tuple((name, value) for name in keep for value in getall(name)),
    )
    if asked.after and asked.before:
        raise BadParameter("before", "must not be given beside after")
    return asked


def _number(getall: GetAll, name: str) -> int | None:
    text = single(getall, name)
    if text is None:
        return None
    if not re.fullmatch("[1-9][0-9]*", text):
        raise BadParameter(name, "must be a whole number from 1")
    # No collection is as long as nineteen digits say, and int() gives up at thousands of them.
    return int(text[:19])


def _cursor(getall: GetAll, name: str, kinds: Sequence[type]) -> Key | None:
    text = single(getall, name)
    if text is None:
        return None
    parts = re.fullmatch(r"\.".join(_PART[kind] for kind in kinds), text)
    if not parts:
        raise BadParameter(name, "must be a cursor that a link of this collection gave")
    return tuple(kind(part) for kind, part in zip(kinds, parts.groups(), strict=True))
