"""Pages of an ordered collection, with links that stay correct despite concurrent changes.

A page number selects rows by their offset. The links of a page also contain a cursor: the key of
the row after which the next page begins, or before which the previous page ends.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from ..db.slices import Key, Slice
from .cursors import write_cursor

Link = list[tuple[str, str | int]]
Row = TypeVar("Row")


class PageNotFound(LookupError):
    """A page number beyond the last page."""


@dataclass(frozen=True)
class PageRequest:
    """The requested page, selected by a cursor or by a number that starts at 1.

    :param kept: other query parameters, which the links to pages repeat.
    """

    page: int
    per_page: int
    after: Key | None = None
    before: Key | None = None
    kept: tuple[tuple[str, str], ...] = ()

    @property
    def cursor(self) -> Key | None:
        return self.after or self.before

    @property
    def slice(self) -> Slice:
        """The rows to fetch.

        With a cursor, this includes one row more than the page has. That row shows whether there is
        another page.
        """
        if self.cursor:
            return Slice(self.per_page + 1, key=self.cursor, backward=bool(self.before))
        return Slice(self.per_page, (self.page - 1) * self.per_page)

    def link(self, page: int, **cursor: str) -> Link:
        """Return the query of another page of the same size."""
        own = [("per_page", self.per_page), ("page", max(page, 1))]
        return [*self.kept, *own, *cursor.items()]


@dataclass(frozen=True)
class Page(Generic[Row]):
    """A page: its rows in order, its position, and the queries and cursors of other pages."""

    rows: Sequence[Row]
    page: int
    pages: int
    per_page: int
    total: int
    prev: Link | None
    next: Link | None
    first: Link
    last: Link
    before: str | None
    after: str | None


def paginate(
    requested: PageRequest,
    count: Callable[[], int],
    fetch: Callable[[Slice], tuple[Sequence[Row], int | None]],
    key: Callable[[Row], Key],
) -> Page[Row]:
    """Fetch a page.

    :param count: returns the total.
    :param fetch: returns the rows of a slice, and the total unless there are no rows.
    :param key: returns the key of a row, from which its cursor is made.
    :raises PageNotFound: if the page number is beyond the last page.
    """
    fetched, counted = fetch(requested.slice)
    if not fetched and requested.page > 1 and not requested.cursor:
        raise PageNotFound("page: there is no such page")
    rows = fetched[: requested.per_page]
    has_more = len(fetched) > len(rows)
    if requested.before:
        rows = rows[::-1]
    total = count() if counted is None else counted
    return _page(requested, rows, total, has_more, key)


def _page(
    requested: PageRequest,
    rows: Sequence[Row],
    total: int,
    has_more: bool,
    key: Callable[[Row], Key],
) -> Page[Row]:
    """Return a page of rows with links to other pages.

    :param has_more: whether there are further rows beyond the page, in the direction of the cursor.
    """
    pages = -(-total // requested.per_page)
    has_prev, has_next = _has_neighbours(requested, pages, has_more)
    first, last = requested.link(1), requested.link(pages)
    before = write_cursor(key(rows[0])) if rows and has_prev else None
    after = write_cursor(key(rows[-1])) if rows and has_next else None
    # If concurrent deletes left no row to take a cursor from, link to the first or last page.
    prev_link = requested.link(requested.page - 1, before=before) if before else last
    next_link = requested.link(requested.page + 1, after=after) if after else first
    return Page(
        rows=rows,
        page=requested.page,
        pages=pages,
        per_page=requested.per_page,
        total=total,
        prev=prev_link if has_prev else None,
        next=next_link if has_next else None,
        first=first,
        last=last,
        before=before,
        after=after,
    )


def _has_neighbours(requested: PageRequest, pages: int, has_more: bool) -> tuple[bool, bool]:
    """Return whether there is a previous page, and whether there is a next one."""
    if requested.before:
        return has_more, True
    if requested.after:
        return True, has_more
    return requested.page > 1, requested.page < pages
