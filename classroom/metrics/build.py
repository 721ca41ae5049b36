"""The versions of the code."""

import platform
from importlib.metadata import version

from prometheus_client import CollectorRegistry, Info

from ..db.revision import head


def add_metrics(registry: CollectorRegistry) -> None:
    build = Info(
        "classroom_build", "The versions of the code and of its tables.", registry=registry
    )
    build.info(
        {
            "version": version("classroom"),
            "python": platform.python_version(),
            "revision": head(),
        }
    )
