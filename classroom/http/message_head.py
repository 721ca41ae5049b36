"""Validate a request's start line, header fields and framing (RFC 9112) in linear time."""

import re

MAX_FIELDS = 100

TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]++"
# At most 16 spaces: waitress takes quadratic time for white space before a value.
FIELD = rb"%s:[ \t]{0,16}+(?![ \t])[\t -~\x80-\xff]*+" % TOKEN

# Possessive quantifiers (++, *+) rule out backtracking.
_PATH = rb"(?:[!-$&->@-~]++|%[0-9A-Fa-f]{2})++"
_START_LINE = re.compile(
    rb"[!#$%%&'*+\-.^_`|~0-9A-Z]++ %s(?:\?[!-~]*+)?+(?: HTTP/([0-9]\.[0-9]))?+\r\n" % _PATH
)
_FIELDS = re.compile(rb"(?:%s\r\n)*+(?:\r\n)?+" % FIELD)
_TRANSFER_ENCODING = re.compile(rb"\r\ntransfer-encoding:([^\r]*+)")
_CODINGS = re.compile(rb"[ \t]*+%s(?:[ \t]*+,[ \t]*+%s)*+[ \t]*+" % (TOKEN, TOKEN))


class MalformedMessage(ValueError):
    """A request whose bytes do not follow RFC 9112."""


def check_head(head: bytes) -> None:
    """Check a start line and header fields, each of which ends in CRLF.

    :raises MalformedMessage: if the head violates RFC 9112.
    """
    start = _START_LINE.match(head)
    if not start:
        raise MalformedMessage("the request line is malformed")
    if head.count(b"\r\n") > MAX_FIELDS + 2:
        raise MalformedMessage(f"there are more than {MAX_FIELDS} header fields")
    if not _FIELDS.fullmatch(head, start.end()):
        raise MalformedMessage("a header field is malformed")
    lowered = head.lower()
    if b"\r\ntransfer-encoding:" in lowered:
        _check_transfer_encoding(start[1], lowered)


def _check_transfer_encoding(version: bytes | None, lowered: bytes) -> None:
    # Prevents request smuggling: if a proxy and this server interpret an ambiguous length
    # differently, they disagree on where the next request begins.
    if version != b"1.1":
        raise MalformedMessage("Transfer-Encoding requires HTTP/1.1")
    if b"\r\ncontent-length:" in lowered:
        raise MalformedMessage("Transfer-Encoding and Content-Length are mutually exclusive")
    values = _TRANSFER_ENCODING.findall(lowered)
    if len(values) > 1 or values[0].count(b"chunked") > 1 or not _CODINGS.fullmatch(values[0]):
        raise MalformedMessage("Transfer-Encoding is malformed")
