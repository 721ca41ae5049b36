from collections.abc import Mapping, Sequence

import pytest

from classroom.db.slices import Slice
from classroom.http.page_parameters import parse
from classroom.http.pagination import Page, PageNotFound, PageRequest, paginate
from classroom.http.query import BadParameter


def ask(query: Mapping[str, Sequence[str]], kinds: Sequence[type] = (int,)) -> PageRequest:
    return parse(lambda name: query.get(name, []), kinds, per_page=50, max_per_page=100)


def read(rows: Sequence[int], asked: PageRequest) -> Page[int]:
    """Read a page of a list of ids like a database does."""

    def fetch(wanted: Slice) -> tuple[Sequence[int], int | None]:
        ordered = sorted(rows, reverse=wanted.backward)
        if wanted.key:
            key = wanted.key[0]
            ordered = [row for row in ordered if (row < key if wanted.backward else row > key)]
        cut = ordered[wanted.offset : wanted.offset + wanted.limit]
        return cut, len(rows) if cut else None

    return paginate(asked, lambda: len(rows), fetch, lambda row: (row,))


def follow(link: Sequence[tuple[str, object]] | None) -> PageRequest:
    assert link is not None
    return ask({name: [str(value)] for name, value in link})


def test_the_default_is_the_first_page() -> None:
    assert ask({}) == PageRequest(page=1, per_page=50)


def test_a_size_above_the_maximum_is_capped() -> None:
    assert ask({"per_page": ["101"]}).per_page == 100
    assert ask({"per_page": ["9" * 5000]}).per_page == 100


@pytest.mark.parametrize("name", ["page", "per_page"])
@pytest.mark.parametrize("text", ["0", "-1", "abc", "", "1.5", "01", "+1", " 1", "\u0661", "1_0"])
def test_an_invalid_number_is_an_error_with_its_name(name: str, text: str) -> None:
    with pytest.raises(BadParameter, match=f"^{name}: "):
        ask({name: [text]})


@pytest.mark.parametrize("name", ["page", "per_page", "after", "before"])
def test_a_repeated_parameter_is_an_error_with_its_name(name: str) -> None:
    with pytest.raises(BadParameter, match=f"^{name}: "):
        ask({name: ["1", "1"]})


@pytest.mark.parametrize("name", ["after", "before"])
@pytest.mark.parametrize("text", ["", "0", "x", "1.2.3", "1", "1.", "9" * 30 + ".1"])
def test_an_invalid_cursor_is_an_error_with_its_name(name: str, text: str) -> None:
    with pytest.raises(BadParameter, match=f"^{name}: "):
        ask({name: [text]}, kinds=(int, int))


def test_both_cursors_at_once_are_an_error() -> None:
    with pytest.raises(BadParameter, match=r"^before: "):
        ask({"after": ["1"], "before": ["2"]})


@pytest.mark.parametrize("size", [1, 2, 3, 10, 11])
def test_a_page_by_number_has_the_counted_rows(size: int) -> None:
    rows = range(1, 11)
    for page in range(1, -(-10 // size) + 1):
        expected = list(rows)[(page - 1) * size : page * size]
        assert list(read(rows, PageRequest(page, size)).rows) == expected


@pytest.mark.parametrize("page", [2, 10**18])
def test_a_page_past_the_end_is_not_found(page: int) -> None:
    with pytest.raises(PageNotFound):
        read([1, 2], PageRequest(page, 2))


def test_the_first_page_without_rows_has_no_next() -> None:
    page = read([], PageRequest(1, 50))
    assert (list(page.rows), page.pages, page.total) == ([], 0, 0)
    assert page.prev is page.next is None
    assert page.first == page.last == [("per_page", 50), ("page", 1)]


@pytest.mark.parametrize("size", [1, 2, 3, 10, 11])
def test_next_and_prev_return_every_row_once(size: int) -> None:
    page = read(range(1, 11), PageRequest(1, size))
    forth = [*page.rows]
    while page.next:
        page = read(range(1, 11), follow(page.next))
        forth += page.rows
    assert forth == list(range(1, 11))
    assert (page.page, page.pages) == (-(-10 // size),) * 2
    back = [*reversed(page.rows)]
    while page.prev:
        page = read(range(1, 11), follow(page.prev))
        back += reversed(page.rows)
    assert back == list(range(10, 0, -1))
    assert page.page == 1


def test_rows_deleted_before_a_cursor_hide_no_row() -> None:
    first = read([1, 2, 3, 4, 5], PageRequest(1, 2))
    assert list(read([3, 4, 5], follow(first.next)).rows) == [3, 4]


def test_rows_added_after_a_cursor_repeat_no_row() -> None:
    last = read([1, 2, 3, 4, 5], PageRequest(3, 2))
    assert list(read([1, 2, 3, 4, 5, 6, 7], follow(last.prev)).rows) == [3, 4]


def test_an_emptied_page_links_to_the_remaining_rows() -> None:
    first = read([1, 2, 3], PageRequest(1, 2))
    emptied = read([1, 2], follow(first.next))
    assert (list(emptied.rows), emptied.next) == ([], None)
    assert list(read([1, 2], follow(emptied.prev)).rows) == [1, 2]

    last = read([1, 2, 3], PageRequest(2, 2))
    emptied = read([3], follow(last.prev))
    assert (list(emptied.rows), emptied.prev) == ([], None)
    assert list(read([3], follow(emptied.next)).rows) == [3]
