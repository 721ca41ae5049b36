"""The resource tree: the resources, their children and their ACLs."""

from typing import ClassVar

from pyramid.config import Configurator
from pyramid.traversal import ResourceTreeTraverser

from .. import models, schemas
from ..request import Request
from ..security.tokens import TOKEN_PATH
from ..services import services
from .acl import API, PUBLIC, READ_ONLY, Acl, is_public, of_class
from .base import Node, Resource, Version
from .composition import add_resource
from .paths import path_templates
from .records import Record, Records
from .registrations import Registrations, RegistrationsOfClass, RegistrationsOfStudent
from .teachers import Teachers
from .users import Users

_, _AUTH, _REQUEST_TOKEN = TOKEN_PATH.split("/")


class Traverser(ResourceTreeTraverser):
    """Traversal in which ``@@NAME`` does not select a view, since no view has a name.

    Otherwise, a request for ``@@NAME`` below an item would return 403 if the item exists, and 404
    if it does not.
    """

    VIEW_SELECTOR = "none"  # longer than the two characters that Pyramid compares


class Student(Record):
    model = models.Student
    schema = schemas.Student
    children = {"registrations": RegistrationsOfStudent}


class Students(Records):
    item = Student


class Class(Record):
    model = models.Class
    schema = schemas.Class
    children = {"registrations": RegistrationsOfClass, "teachers": Teachers}

    def __acl__(self) -> Acl:
        return of_class(self.key["key"])


class Classes(Records):
    item = Class


class OpenAPI(Resource):
    """The OpenAPI document."""

    __acl__: ClassVar[Acl] = PUBLIC
    trailing_slash = False
    noun = "Document"
    title = "this document"
    tag = "entry"
    schema = schemas.Document


_COLLECTIONS = {
    "students": Students,
    "classes": Classes,
    "registrations": Registrations,
    "users": Users,
}


class V1(Version):
    """Version 1.0 of the API."""

    __acl__: ClassVar[Acl] = API
    noun = "API"
    title = "the URLs of the collections"
    tag = "entry"
    schema = schemas.api_of(_COLLECTIONS)
    children = {**_COLLECTIONS, "openapi.json": OpenAPI}

    def represent(self) -> schemas.API:
        urls = {name: self[name].url for name in _COLLECTIONS}
        if user := self.request.identity:
            urls["user"] = f"{urls['users']}{user.id}"
        if _AUTH in self.request.root.children:
            urls["token"] = self.request.root[_AUTH][_REQUEST_TOKEN].url
        return self.schema(**urls)


class Api(Node):
    children = {"v1.0": V1}


class RequestToken(Resource):
    """The resource that issues tokens."""

    __acl__: ClassVar[Acl] = READ_ONLY
    trailing_slash = False
    noun = "Token"
    title = "a token, for a user name and password"
    tag = "entry"
    schema = schemas.Token


class Auth(Node):
    children = {_REQUEST_TOKEN: RequestToken}


class Root(Resource):
    """The root of the tree."""

    __acl__: ClassVar[Acl] = PUBLIC
    noun = "Root"
    title = "the URL of the API"
    tag = "entry"
    schema = schemas.Root
    children = {"api": Api}

    def __init__(self, request: Request) -> None:
        self.__parent__ = None
        self.__name__ = ""
        self.request = request if isinstance(request, Request) else Request.adopt(request)

    def represent(self) -> schemas.Root:
        return schemas.Root.of(self["api"]["v1.0"].url)


def public_paths(root: type[Node]) -> frozenset[str]:
    """Return the paths that need no authentication, with and without their trailing slash.

    A path without it needs no authentication either: it is redirected, or is the empty path of the
    root of a mounted application.
    """
    found = [path for kind, path in path_templates(root) if is_public(kind)]
    return frozenset({*found, *(path.rstrip("/") for path in found)})


def unlimited_paths(root: type[Node]) -> frozenset[str]:
    """Return the paths whose requests do not count against rate limits."""
    return frozenset(path for kind, path in path_templates(root) if not kind.is_rate_limited)


def nonblocking_paths(root: type[Node]) -> frozenset[str]:
    """Return the paths at which GET, HEAD and OPTIONS are executed in a separate thread."""
    return frozenset(path for kind, path in path_templates(root) if kind.is_nonblocking)


def _use_tree(config: Configurator) -> None:
    shared = services(config.registry)
    config.set_root_factory(shared.root)
    shared.public_paths = public_paths(shared.root)
    shared.unlimited_paths = unlimited_paths(shared.root)
    shared.nonblocking_paths = nonblocking_paths(shared.root)


def includeme(config: Configurator) -> None:
    shared = services(config.registry)
    shared.root = Root
    config.add_directive("add_resource", add_resource)
    if shared.settings.use_token_auth:
        config.add_resource(_AUTH, Auth)
    config.add_traverser(Traverser)
    # Actions run after all packages have added their resources.
    config.action("classroom.resources.tree", _use_tree, (config,))
