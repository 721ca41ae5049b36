"""Giving out tokens."""

import time

import msgspec
from pyramid.response import Response
from pyramid.view import view_config

from .. import tokens
from ..request import Request
from ..resources import RequestToken
from ..responses import json_response


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
