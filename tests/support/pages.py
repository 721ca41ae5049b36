"""Follow the links of pages."""

from collections.abc import Iterator
from typing import Any

from webtest import TestApp


def pages(client: TestApp, url: str, link: str = "next") -> Iterator[Any]:
    """Yield the pages from ``url`` on, along one kind of link."""
    while url:
        yield (page := client.get(url).json)
        url = page["meta"][link]


def walk(client: TestApp, url: str, link: str = "next") -> list[str]:
    """Return the URLs of all items in the order of a walk along one kind of link."""
    step = -1 if link == "prev" else 1
    return [item for page in pages(client, url, link) for item in page["urls"][::step]]
