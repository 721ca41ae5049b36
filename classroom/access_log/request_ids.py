"""The id of a request: the one that a trusted proxy sent, or a new one."""

import re
import secrets

from ..server.tasks import Task

HEADER = "X-Request-ID"
_VALID = re.compile(r"[A-Za-z0-9._-]{1,64}")


def request_id_of(task: Task) -> str:
    sent = task.request.headers.get("X_REQUEST_ID", "")
    if sent and task.channel.is_from_proxy and _VALID.fullmatch(sent):
        return sent
    return secrets.token_hex(8)
