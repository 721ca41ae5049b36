"""Health checks: whether the process answers, and whether it can serve requests.

They need no credentials. The server executes them in a separate thread, and their responses come
from memory, so they arrive even if all worker threads are waiting for the database.
"""

from pyramid.config import Configurator
from sqlalchemy import event

from ..services import services
from .checks import DatabaseCheck, RedisCheck
from .readiness import Readiness
from .resources import Health


def includeme(config: Configurator) -> None:
    shared = services(config.registry)
    check = DatabaseCheck(shared.database, config.registry.settings)
    readiness = Readiness(check, RedisCheck(shared.settings))
    config.registry["classroom.readiness"] = readiness
    event.listen(shared.database.engine, "engine_disposed", lambda _: readiness.stop())
    config.add_resource("health", Health)
    config.scan(".")
