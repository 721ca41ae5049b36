"""The environment of programs that tests start."""

import os


def without_coverage() -> dict[str, str]:
    """Return the environment for programs other than the service, which coverage slows down."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
