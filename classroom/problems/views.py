"""The views, which return HTML for people."""

from pyramid.response import Response
from pyramid.view import view_config
from webob.util import status_reasons

from ..http.codes import ErrorCode
from ..request import Request
from ..security.permissions import Permission
from .html import link, markup, page
from .resources import Problem, Problems


@view_config(context=Problems, request_method="GET", permission=Permission.VIEW)
def list_codes(context: Problems, request: Request) -> Response:
    entries = (_entry(code, context[code].url) for code in ErrorCode)
    return page("Errors", f"<dl>{''.join(entries)}</dl>")


def _entry(code: ErrorCode, url: str) -> str:
    return f"<dt>{link(url, code)}</dt><dd>{markup(code.description)}</dd>"


@view_config(context=Problem, request_method="GET", permission=Permission.VIEW)
def describe_code(context: Problem, request: Request) -> Response:
    code = context.code
    status = f"Status: {code.status} {status_reasons[code.status]}"
    paragraphs = markup(code.description), status, link(context.__parent__.url, "All errors")
    return page(code, "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs))
