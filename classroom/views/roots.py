"""Where a client begins."""

from pyramid.view import view_config

from ..places import Resource
from ..request import Request
from ..resources import V1, Root


@view_config(context=Root, request_method="GET", permission="view")
@view_config(context=V1, request_method="GET", permission="view")
def read_root(context: Resource, request: Request) -> Resource:
    document = request.resource_url(request.root["api"]["v1.0"]["openapi.json"])
    link = f'<{document}>; rel="service-desc"; type="application/json"'  # RFC 8631
    request.response.headers["Link"] = link
    return context
