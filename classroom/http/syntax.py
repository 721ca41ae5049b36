"""Patterns of header fields, limits on requests, and media types."""

import re

RATE_LIMIT_HEADERS = (
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
    "RateLimit-Policy",  # draft-ietf-httpapi-ratelimit-headers-10, as is RateLimit
    "RateLimit",
)

MAX_BODY = 64 * 1024  # bytes
MAX_PATH = 200  # bytes, percent-decoded, without SCRIPT_NAME; the longest URL has 61
MAX_ACCEPT = 1024  # bytes
JSON_TYPE = "application/json"
PROBLEM_TYPE = "application/problem+json"
PATCH_TYPES = ("application/merge-patch+json", JSON_TYPE)

_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # RFC 9110, 5.6.2, "token"
_QUOTED = r'"(?:[^"\\]|\\.)*"'  # RFC 9110, 5.6.4
_LABEL = r"[0-9A-Za-z](?:[0-9A-Za-z-]{0,61}[0-9A-Za-z])?"  # RFC 1123, 2.1

_NAME = rf"(?=[^:]{{1,255}}(?::|$)){_LABEL}(?:\.{_LABEL})*\.?"
_IPV6 = r"\[(?=[^]]*:[^]]*:)(?![^]]*:::)[0-9A-Fa-f:.]{2,45}\]"
_PORT = "(?:[0-5]?[0-9]{1,4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
HOST = re.compile(rf"(?:{_NAME}|{_IPV6})(?::{_PORT})?")

# RFC 9110, 8.8.3 and 13.1.1: entity tags or "*", between commas.
ENTITY_TAG = re.compile(r'(W/)?("[\x21\x23-\x7e\x80-\xff]*")|\*')
ENTITY_TAGS = re.compile(
    rf"[ \t,]*(?:{ENTITY_TAG.pattern})(?:[ \t]*,[ \t,]*(?:{ENTITY_TAG.pattern}))*[ \t,]*"
)

# RFC 9110, 12.5.1. Java also sends "*" and weights like ".2".
_WEIGHT = r"[qQ]=(?:[01]?\.[0-9]{0,3}|[01])"
_PARAMETER = rf"(?:{_WEIGHT}|(?![qQ]=){_WORD}=(?:{_WORD}|{_QUOTED}))"
_MEDIA_RANGE = rf"(?:{_WORD}/{_WORD}|\*)(?:[ \t]*;[ \t]*{_PARAMETER})*"
ACCEPT = re.compile(rf"[ \t,]*(?:{_MEDIA_RANGE}(?:[ \t]*,[ \t,]*{_MEDIA_RANGE})*[ \t,]*)?")

# RFC 7240, 4.2. The first preference counts.
RETURN = re.compile(
    r'(?:^|,)[ \t]*return[ \t]*=[ \t]*"?(minimal|representation)"?[ \t]*(?=[,;]|$)', re.IGNORECASE
)
