"""The rules for ids, names and source ids, as patterns that Python and ECMAScript understand."""

import re

# Eighteen digits fit into 63 bits. [0-9], since \d matches the digits of other alphabets too.
ID = r"[1-9][0-9]{0,17}"
MAX_ID = 10**18 - 1
_CONTROL = r"\x00-\x1f\x7f-\x9f"
CONTROL_CHARACTER = re.compile(f"[{_CONTROL}]")
PRINTABLE = f"[^{_CONTROL}]*"

# Unicode 16: the categories Z and Cf, and the property Default_Ignorable_Code_Point. Characters
# beyond U+FFFF are literal, since Python and ECMAScript have no common escape for them.
_INVISIBLE = (
    r"\u0020\u00a0\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890-\u0891\u08e2\u115f-\u1160"
    r"\u1680\u17b4-\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\u3164"
    r"\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"
)

NAME_LENGTH = 64
NAME = f"^{PRINTABLE}[^{_CONTROL}{_INVISIBLE}]{PRINTABLE}$"
USER_NAME = NAME.replace("^", "^(?!.*:)", 1)
NAME_RULE = (
    f"1 to {NAME_LENGTH} characters, at least one of them visible"
    " and none of them control characters"
)

SOURCE_ID_LENGTH = 255
SOURCE_ID = f"^{PRINTABLE}$"
SOURCE_ID_RULE = f"1 to {SOURCE_ID_LENGTH} characters, none of them control characters"

_NAME = re.compile(NAME)


def is_name(text: str) -> bool:
    """Return whether ``text`` follows NAME_RULE."""
    return len(text) <= NAME_LENGTH and bool(_NAME.fullmatch(text))


def is_source_id(text: str) -> bool:
    """Return whether ``text`` follows SOURCE_ID_RULE."""
    return 1 <= len(text) <= SOURCE_ID_LENGTH and not CONTROL_CHARACTER.search(text)
