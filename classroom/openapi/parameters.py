"""What a request may bring beside its body."""

from ..models.names import ID
from .inputs import EXPANSIONS
from .terms import KINDS, Node, schema

PAGE = ("page", "per_page", "after", "before")
SEARCH = ("q", "sort")
CONDITIONS = ("If-Match", "If-None-Match")

# RFC 9110, 8.8.3 and 13.1.1, as a client would write it; the service takes odder lists too.
_TAG = r'(W/)?"[!#-~]*"'
_TAGS = rf"^(\*|{_TAG}(, {_TAG})*)$"


def parameters(per_page: int, max_per_page: int) -> Node:
    """The parameters by their names.

    :param per_page: how many rows a page has where a client does not say; at the most
        ``max_per_page``.
    """
    return {
        **_ids(),
        **_page(per_page, max_per_page),
        **_search(),
        **{name: _expand(name) for name in EXPANSIONS},
        **{name: _condition(name) for name in CONDITIONS},
        "Prefer": _header(
            "Prefer",
            "`return=representation` asks for the representation in place of `{}` (RFC 7240).",
            {"type": "string"},
            "return=representation",
        ),
    }


def _ids() -> Node:
    names = {"id": "it", **{f"{kind.word}_id": f"the {kind.word}" for kind in KINDS}}
    return {
        name: {
            "name": name,
            "in": "path",
            "required": True,
            "description": f"What {meaning} is known by: the number in its URL.",
            "schema": {"type": "string", "pattern": f"^{ID}$"},
            "example": "7",
        }
        for name, meaning in names.items()
    }


def _page(per_page: int, max_per_page: int) -> Node:
    number: Node = {"type": "integer", "minimum": 1}
    cursor: Node = {"type": "string", "minLength": 1}
    by_link = "A cursor, which the links of a page bring; not to be made by clients."
    return {
        "page": _query("page", "The number of the page. Past the last it is 404.", number, 1),
        "per_page": _query(
            "per_page",
            f"Rows on a page; more than {max_per_page} are taken for {max_per_page}.",
            number | {"default": per_page},
            per_page,
        ),
        "after": _query("after", f"{by_link} The page begins after it.", cursor),
        "before": _query("before", f"{by_link} The page ends before it.", cursor),
    }


def _search() -> Node:
    return {
        "q": _query(
            "q",
            "Only those in whose names each of these words begins a word, whatever the case and"
            " the accents.",
            schema("Name"),
            "dav",
        ),
        "sort": _query("sort", "The order; `-` turns it round.", schema("Order"), "name"),
    }


def _expand(name: str) -> Node:
    names, of = EXPANSIONS[name], {"items": "`items` adds the representations to the page"}
    what = [of.get(word, f"`{word}` puts the {word} in place of its URL") for word in names]
    array = {"type": "array", "minItems": 1, "items": schema(name)}
    form = {"style": "form", "explode": False}
    return _query("expand", "; ".join(what) + ".", array, list(names[-1:])) | form


def _condition(name: str) -> Node:
    rule, example = {
        "If-Match": ("Do it only where the entity tag is one of these, `*` being any.", "*"),
        "If-None-Match": (
            "Do it only where the entity tag is none of these, `*` being any.",
            '"46e3474d641015c0ac1c7dcdef44ac80"',
        ),
    }[name]
    return _header(name, rule, {"type": "string", "pattern": _TAGS}, example)


def _header(name: str, description: str, schema: Node, example: object) -> Node:
    return _query(name, description, schema, example) | {"in": "header"}


def _query(name: str, description: str, schema: Node, example: object = None) -> Node:
    node = {"name": name, "in": "query", "description": description, "schema": schema}
    return node if example is None else node | {"example": example}
