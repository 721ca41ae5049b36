"""What the service takes; objects may have other members besides, which are ignored."""

from collections.abc import Sequence

from ..http.query import ORDERS
from ..models.names import CONTROL_CHARACTER, NAME_LENGTH, NAME_RULE
from .shapes import opened
from .terms import KINDS, Node, schema

# Blank is what str.strip() takes away; what of it is a control character is refused anyway.
_BLANK = r"\u0020\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_CONTROL = CONTROL_CHARACTER.pattern.strip("[]")
_NAME = rf"^[^{_CONTROL}]*[^{_CONTROL}{_BLANK}][^{_CONTROL}]*$"

EXPANSIONS = {
    "ItemsExpansion": ("items",),
    "RegistrationsExpansion": ("items", "student", "class"),
    "RegistrationExpansion": ("student", "class"),
}
"""What `expand` may name: of students or classes, of registrations, of one registration."""


def inputs() -> Node:
    """The schemas of bodies and parameters by their names."""
    name = {"name": schema("Name")}
    urls = {kind.word: schema(f"{kind.name}URL") for kind in KINDS}
    pair = {kind.word: kind.example["url"] for kind in KINDS}
    return {
        **{name: _choice(names) for name, names in EXPANSIONS.items()},
        "Order": _choice(ORDERS) | {"default": ORDERS[0]},
        "Name": {
            "type": "string",
            "description": f"A name: {NAME_RULE}. Names need not be unique.",
            "minLength": 1,
            "maxLength": NAME_LENGTH,
            "pattern": _NAME,
            "examples": ["david"],
        },
        "Named": opened("What is to be known of a student or a class.", name)
        | {"examples": [{"name": "david"}]},
        "Change": opened(
            "What changes, as a JSON merge patch (RFC 7396). Other members are ignored.",
            name,
            required=(),
        )
        | {"examples": [{"name": "dave"}]},
        "Pair": opened("Who attends what, by their URLs as this host gives them.", urls)
        | {"examples": [pair]},
    }


def _choice(texts: Sequence[str]) -> Node:
    return {"type": "string", "enum": list(texts)}
