"""Run code that coverage does not need to trace: tracing makes it three times as slow."""

import sys
from collections.abc import Callable
from typing import ParamSpec, TypeVar

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def untraced(
    function: Callable[Parameters, Result],
    *arguments: Parameters.args,
    **options: Parameters.kwargs,
) -> Result:
    """Call a function without tracing, and resume tracing afterwards."""
    tracer = sys.gettrace()
    sys.settrace(None)
    try:
        return function(*arguments, **options)
    finally:
        sys.settrace(tracer)
