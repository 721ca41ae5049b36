"""The health of the service as JSON."""

from typing import Annotated, Literal

from msgspec import Meta

from ..schemas.base import Schema


class Liveness(Schema, frozen=True):
    """The process answers."""

    status: Literal["live"]


class Checks(Schema, frozen=True):
    """What the service depends on."""

    database: Annotated[Literal["ok", "unavailable"], Meta(examples=["ok"])]
    migrations: Annotated[
        Literal["ok", "outdated", "unknown"],
        Meta(
            description="Whether the database is older than the code. It is unknown while the"
            " database is unavailable.",
            examples=["ok"],
        ),
    ]
    redis: Annotated[
        Literal["ok", "unavailable", "unused"],
        Meta(
            description="While Redis is unavailable, each process counts requests by itself, and"
            " the service is still ready.",
            examples=["ok"],
        ),
    ]


class Readiness(Schema, frozen=True):
    """Whether the service can serve requests, and the checks that this depends on."""

    status: Annotated[
        Literal["ready", "unavailable", "draining"],
        Meta(
            description="`draining` after SIGTERM: the service still responds, but is about to"
            " stop.",
            examples=["ready"],
        ),
    ]
    checks: Checks
