"""Giving out the contract."""

import msgspec
from pyramid.config import Configurator
from pyramid.response import Response
from pyramid.view import view_config

from ..http.responses import json_response
from ..openapi import document
from ..request import Request
from ..resources.tree import OpenAPI


@view_config(context=OpenAPI, request_method="GET", permission="view")
def read_document(context: OpenAPI, request: Request) -> Response:
    servers = [{"url": request.application_url}]
    document = request.registry["classroom.openapi"] | {"servers": servers}
    return json_response(msgspec.json.encode(document))


def includeme(config: Configurator) -> None:
    # Encoded here, since it is a hundred kilobytes, and only the servers depend on the request.
    parts = document(config.registry["classroom.settings"]).items()
    encoded = {name: msgspec.Raw(msgspec.json.encode(part)) for name, part in parts}
    config.registry["classroom.openapi"] = encoded
