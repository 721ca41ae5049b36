"""HTML pages without scripts, and with one style."""

import base64
import hashlib
import re
from html import escape

from pyramid.response import Response

from ..http.json_response import json_response

_STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 sans-serif; margin: 2rem auto; max-width: 40rem; padding: 0 1rem; }
dd { margin: 0 0 1rem; }
"""
_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_DIGEST}'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)


def page(title: str, body: str) -> Response:
    """Return a page.

    :param body: HTML.
    """
    html = f"""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>{_STYLE}</style>
</head>
<body>
<main>
<h1>{escape(title)}</h1>
{body}
</main>
</body>
</html>
"""
    headers = [("Content-Security-Policy", _POLICY)]
    return json_response(html.encode(), 200, headers, "text/html; charset=utf-8")


def link(url: str, text: str) -> str:
    return f'<a href="{escape(url)}">{escape(text)}</a>'


def markup(text: str) -> str:
    """Return a text with names in backticks as HTML."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", escape(text))
