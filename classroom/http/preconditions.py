"""Entity tags and preconditions (RFC 9110, sections 8.8.3 and 13)."""

import hashlib
from collections.abc import Mapping
from enum import Enum, auto
from typing import Any

from .syntax import ENTITY_TAG


class Outcome(Enum):
    """The result of the preconditions of a request."""

    HOLDS = auto()
    FAILED = auto()  # If-Match: 412
    UNCHANGED = auto()  # If-None-Match: 304 for a read, 412 for a write


def entity_tag(body: bytes) -> str:
    """Return the strong entity tag of a representation: a quoted hash of its bytes."""
    return f'"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'


def evaluate(environ: Mapping[str, Any], tag: str | None) -> Outcome:
    """Evaluate the preconditions of a request, ``If-Match`` first.

    :param environ: the WSGI environ of the request.
    :param tag: the entity tag of the current representation, or None if there is none.
    """
    if_match, if_none_match = environ.get("HTTP_IF_MATCH"), environ.get("HTTP_IF_NONE_MATCH")
    if if_match is not None and not _matches(if_match, tag, is_weak=False):
        return Outcome.FAILED
    if if_none_match is not None and _matches(if_none_match, tag, is_weak=True):
        return Outcome.UNCHANGED
    return Outcome.HOLDS


def _matches(field: str, tag: str | None, is_weak: bool) -> bool:
    """Return whether a list of entity tags contains ``tag``, by the weak or strong comparison."""
    return tag is not None and any(
        match[0] == "*" or (match[2] == tag and (is_weak or not match[1]))
        for match in ENTITY_TAG.finditer(field)
    )
