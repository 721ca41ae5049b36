"""Giving out tokens."""

import time

from pyramid.view import view_config

from .. import tokens
from ..representations import Representation
from ..request import Request
from ..resources import RequestToken


@view_config(context=RequestToken, request_method="GET", permission="view")
def issue_token(context: RequestToken, request: Request) -> Representation:
    request.response.headers["Cache-Control"] = "no-cache, no-store, max-age=0"
    token = tokens.issue(
        request.registry["classroom.secret"],
        request.identity.id,
        request.identity.password_hash,
        now=int(time.time()),
        lifetime=request.conf.token_lifetime,
    )
    return {"token": token}
