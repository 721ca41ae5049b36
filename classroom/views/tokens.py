"""Giving out tokens."""

import time

import msgspec
from pyramid.response import Response
from pyramid.view import view_config

from ..http.responses import json_response
from ..request import Request
from ..resources.tree import RequestToken
from ..security import tokens


@view_config(context=RequestToken, request_method="GET", permission="view")
def issue_token(context: RequestToken, request: Request) -> Response:
    token = tokens.issue(
        request.registry["classroom.secret"],
        request.identity.id,
        request.identity.password_hash,
        now=int(time.time()),
        lifetime=request.conf.token_lifetime,
    )
    headers = [("Cache-Control", "no-cache, no-store, max-age=0")]
    return json_response(msgspec.json.encode({"token": token}), headers=headers)
