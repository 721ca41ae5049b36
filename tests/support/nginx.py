"""A real nginx, with the configuration in docs/operations.md."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .paths import ROOT
from .sockets import free_port, is_up
from .waiting import wait_for

DOCUMENTED = re.search(
    r"^```nginx\n(.*?)^```$", (ROOT / "docs" / "operations.md").read_text(), re.M | re.S
)[1]
# Debian turns compression on. One process serves, so that a test can freeze it.
_MAIN = """
daemon off;
master_process off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    gzip on;
    gzip_min_length 1;
    gzip_proxied any;
    gzip_types application/json;
    {servers}
}}
"""


@contextmanager
def running_nginx(
    folder: Path, upstream: list[int], keepalive: str = "3s"
) -> Iterator[tuple[int, "subprocess.Popen[bytes]"]]:
    """Run nginx before two processes of the service. Yield its port and its process.

    It has no TLS.

    :param keepalive: the time after which it closes idle connections to the service.
    """
    port = free_port()
    servers = _configured(upstream, port, keepalive)
    folder.mkdir()
    (folder / "nginx.conf").write_text(_MAIN.format(folder=folder, servers=servers))
    command = ["nginx", "-p", folder, "-e", "error.log", "-c", "nginx.conf"]
    path = f"{os.environ['PATH']}:/usr/sbin"
    nginx = subprocess.Popen([shutil.which("nginx", path=path), *command[1:]])
    try:
        wait_for(lambda: is_up(port))
        yield port, nginx
    finally:
        nginx.terminate()
        nginx.wait()


def _configured(upstream: list[int], port: int, keepalive: str) -> str:
    """Return the documented configuration with other ports, without TLS."""
    changes = {
        r"127.0.0.1:6500": f"127.0.0.1:{upstream[0]}",
        r"127.0.0.1:6501": f"127.0.0.1:{upstream[1]}",
        r"keepalive_timeout \d+s": f"keepalive_timeout {keepalive}",
        r"listen 80": f"listen 127.0.0.1:{free_port()}",
        r"listen 443 ssl": f"listen 127.0.0.1:{port}",
        r"ssl_.*;": "",
    }
    text = DOCUMENTED
    for pattern, replacement in changes.items():
        text, count = re.subn(pattern, replacement, text)
        assert count, pattern
    return text
