"""Where a client begins."""

from pyramid.response import Response
from pyramid.view import view_config

from ..http.responses import json_response
from ..request import Request
from ..resources.base import Resource
from ..resources.tree import V1, Root
from ..schemas.representations import encode


@view_config(context=Root, request_method="GET", permission="view")
@view_config(context=V1, request_method="GET", permission="view")
def read_root(context: Resource, request: Request) -> Response:
    document = request.resource_url(request.root["api"]["v1.0"]["openapi.json"])
    link = f'<{document}>; rel="service-desc"; type="application/json"'  # RFC 8631
    return json_response(encode(context, request), headers=[("Link", link)])
