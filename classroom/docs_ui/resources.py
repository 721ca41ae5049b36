"""The resources: the page, and a class for each file that it loads."""

from typing import ClassVar

from ..resources.acl import PUBLIC, Acl
from ..resources.base import Resource


class File(Resource):
    """A file of this package, which every client may read."""

    __acl__: ClassVar[Acl] = PUBLIC
    trailing_slash = False
    is_rate_limited = False
    path: ClassVar[str]
    """The path of the file in this package."""
    media_type: ClassVar[str]


class Bundle(File):
    path = "swagger_ui/swagger-ui-bundle.js"
    media_type = "text/javascript; charset=utf-8"


class Style(File):
    path = "swagger_ui/swagger-ui.css"
    media_type = "text/css; charset=utf-8"


class Initializer(File):
    path = "static/initializer.js"
    media_type = "text/javascript; charset=utf-8"


class Docs(File):
    """The page that loads the other files."""

    trailing_slash = True
    path = "static/index.html"
    media_type = "text/html; charset=utf-8"
    children = {
        "swagger-ui-bundle.js": Bundle,
        "swagger-ui.css": Style,
        "initializer.js": Initializer,
    }
