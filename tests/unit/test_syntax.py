"""The regular expressions of headers and ids."""

import re

import pytest

from classroom.http import query, syntax
from classroom.models.names import ID


def matching(pattern: re.Pattern[str], texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(text for text in texts if pattern.fullmatch(text))


def test_valid_hosts_match() -> None:
    hosts = (
        *("localhost", "localhost:6543", "a.example.com.", "127.0.0.1:80", "[::1]:80"),
        *("x-1.example", "a:65535"),
    )
    assert matching(syntax.HOST, hosts) == hosts


def test_invalid_hosts_do_not_match() -> None:
    hosts = (
        *("", " ", "a, b", "a b", "a/b", "a@b", "-a", "a-", "a..b", ".", "a_b", "a:", "a:b"),
        *("a:123456", "[::1", "::1", "é", "a\n", "<a>", "a" * 64, "a:65536", "[...]", "[:::]"),
        "a." * 150,
    )
    assert matching(syntax.HOST, hosts) == ()


def test_valid_accept_fields_match() -> None:
    fields = (
        *("", "*/*", "application/json", "application/json, */*;q=0.5", "a/b;q=1.000 , c/*;q=0"),
        *('a/b;c="d,\\"e"', "text/html, image/gif, *; q=.2, */*; q=.2", "a/b,,c/d"),
    )
    assert matching(syntax.ACCEPT, fields) == fields


def test_invalid_accept_fields_do_not_match() -> None:
    fields = ("json", "a/", "/b", "a/b;q=x", "a/b;q=2.0", "a/b;c", "a/b;;", "a/b c/d", "a/b\0")
    assert matching(syntax.ACCEPT, fields) == ()


def test_valid_entity_tag_lists_match() -> None:
    fields = ('"a"', "*", '"a", W/"b"', ',"a",,', '"", "\xff"', '"a,b"')
    assert matching(syntax.ENTITY_TAGS, fields) == fields


def test_invalid_entity_tag_lists_do_not_match() -> None:
    fields = ("", "a", '"a', 'w/"a"', '"a" "b"', '"a"b', ",", '"a\tb"', "**")
    assert matching(syntax.ENTITY_TAGS, fields) == ()


UNITS = [
    *("a", "a.", "a/b,", " ,", '"a",', "a/b;c=d", ";", 'a/b;c="', "*,", " \t", "a/b; "),
    *("*;q=1", 'a/b;c="\\"', "a/b ;c=d ,", "q=", "/", "=", "\\"),
]


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize(
    "pattern",
    [syntax.HOST, syntax.ACCEPT, syntax.ENTITY_TAGS],
    ids=["host", "accept", "entity_tags"],
)
def test_patterns_do_not_backtrack_on_long_fields(pattern: re.Pattern[str], unit: str) -> None:
    # A pattern that backtracks would not return in the lifetime of the tests.
    assert not pattern.fullmatch(unit * (32768 // len(unit)) + "\0")


def test_a_long_q_is_rejected_before_normalization() -> None:
    # Sorting so many accents takes hours.
    with pytest.raises(ValueError, match="64 characters"):
        query.Q.read(["a" + "\u0315\u0300" * 1_000_000])


def test_invalid_ids_do_not_match() -> None:
    texts = ("0", "01", "-1", "+1", " 1", "1_0", "\xb2", "\u0661", "1" * 19, "", "1\n")
    assert matching(re.compile(ID), texts) == ()
