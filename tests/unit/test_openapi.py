"""The pattern for names in the document."""

import re
import unicodedata
from collections.abc import Callable, Iterator

import jsonschema_rs
from hypothesis import example, given
from hypothesis import strategies as st

from classroom.models.names import is_name

from ..support.contract import default_document


def name_patterns() -> Iterator[Callable[[str], bool]]:
    name = default_document()["components"]["schemas"]["Named"]["properties"]["name"]
    yield jsonschema_rs.validator_for(name).is_valid
    # Python's $ also matches before a final line feed.
    pattern = re.compile(name["pattern"].removesuffix("$") + r"\Z")
    yield lambda text: len(text) <= name["maxLength"] and bool(pattern.match(text))


PATTERNS = list(name_patterns())
BLANK = ("Zs", "Zl", "Zp", "Cc", "Cf")


@given(st.text(max_size=70) | st.text(" \t\n\x85\xa0\u3000", max_size=3))
@example("x" * 64)
@example("x" * 65)
@example("x\n")
def test_the_document_and_the_service_accept_the_same_names(text: str) -> None:
    assert {is_valid(text) for is_valid in PATTERNS} == {is_name(text)}


def test_blank_characters_are_not_a_name() -> None:
    blank = [c for c in map(chr, range(0x110000)) if unicodedata.category(c) in BLANK]
    assert not [c for c in blank if is_name(c)]


def test_the_name_pattern_agrees_on_every_character() -> None:
    for character in map(
        chr, [*range(0xD800), *range(0xE000, 0x30000, 7), *range(0xE0000, 0xE1001)]
    ):
        assert {is_valid(character) for is_valid in PATTERNS} == {is_name(character)}, character
