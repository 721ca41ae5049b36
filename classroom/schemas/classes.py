"""Classes as JSON."""

from typing import Annotated

from msgspec import Meta

from .fields import Name, item_url, registrations_url
from .records import RecordSchema

ClassURL = Annotated[str, item_url("classes", "class")]


class Class(RecordSchema, frozen=True):
    """A class."""

    url: ClassURL
    name: Annotated[Name, Meta(examples=["algebra"])]
    registrations: Annotated[str, registrations_url("classes", "class")]
