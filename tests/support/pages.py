"""Follow the links of pages."""

from collections.abc import Iterator
from typing import Any

from webtest import TestApp


def pages(client: TestApp, url: str, link: str = "next") -> Iterator[Any]:
    """Yield the page at ``url`` and those that one kind of link leads to."""
    while url:
        yield (page := client.get(url).json)
        url = page["meta"][link]


def walk(client: TestApp, url: str, link: str = "next") -> list[str]:
    """Return the URLs of the items on these pages, in the order of the links."""
    step = -1 if link == "prev" else 1
    return [item for page in pages(client, url, link) for item in page["urls"][::step]]
