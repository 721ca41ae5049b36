"""Entity tags, and the preconditions that compare them (RFC 9110, sections 8.8.3 and 13)."""

import hashlib
from collections.abc import Mapping
from enum import Enum, auto
from typing import Any

from .syntax import ENTITY_TAG


class Outcome(Enum):
    """The result of the preconditions of a request."""

    HOLDS = auto()
    FAILED = auto()  # If-Match: 412
    UNCHANGED = auto()  # If-None-Match: 304 to a reader, 412 to a writer


def entity_tag(body: bytes) -> str:
    """Return the strong entity tag of a representation: a quoted hash of its bytes."""
    return f'"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'


def evaluate(environ: Mapping[str, Any], tag: str | None) -> Outcome:
    """Evaluate the preconditions in a WSGI environ, If-Match first, for a representation.

    :param tag: None if there is no representation yet.
    """
    if_match, if_none_match = environ.get("HTTP_IF_MATCH"), environ.get("HTTP_IF_NONE_MATCH")
    if if_match is not None and not _lists(if_match, tag, weakly=False):
        return Outcome.FAILED
    if if_none_match is not None and _lists(if_none_match, tag, weakly=True):
        return Outcome.UNCHANGED
    return Outcome.HOLDS


def _lists(field: str, tag: str | None, weakly: bool) -> bool:
    return tag is not None and any(
        match[0] == "*" or (match[2] == tag and (weakly or not match[1]))
        for match in ENTITY_TAG.finditer(field)
    )
