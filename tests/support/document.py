"""The OpenAPI document, for the tests of its text, linters and generators."""

from pathlib import Path

from .application import anonymous_client, open_application
from .users import SECRET

# Linters reject examples with localhost.
_HOST = {"HTTP_HOST": "classroom.test"}


def document(use_token_auth: str = "false") -> bytes:
    settings = {"sqlalchemy.url": "sqlite://", "classroom.secret_key": SECRET}
    settings["classroom.use_token_auth"] = use_token_auth
    with open_application(settings) as app:
        return anonymous_client(app).get("/api/v1.0/openapi.json", extra_environ=_HOST).body


def write_document(path: Path, use_token_auth: str = "false") -> None:
    path.write_bytes(document(use_token_auth))
