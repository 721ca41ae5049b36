"""The rules for ids and names: one ASCII pattern for ids, and what a name may consist of."""

import re

# Eighteen digits fit into 63 bits; [0-9], since \d would let other alphabets' digits in.
ID = r"[1-9][0-9]{0,17}"
_CONTROL = r"\x00-\x1f\x7f-\x9f"
CONTROL_CHARACTER = re.compile(f"[{_CONTROL}]")
VISIBLE = f"[^{_CONTROL}]*"

NAME_LENGTH = 64
NAME_RULE = f"1 to {NAME_LENGTH} characters, not all blank and none of them control characters"


def is_name(text: str) -> bool:
    """Whether ``text`` is as NAME_RULE says."""
    return bool(text.strip()) and len(text) <= NAME_LENGTH and not CONTROL_CHARACTER.search(text)
