"""The reasons why the service cannot use its database yet, as exceptions."""


class NotReady(Exception):
    """The service cannot use the database yet, and tries again."""


class DatabaseUnavailable(NotReady):
    """The database does not accept connections at the moment."""


class DatabaseOutdated(NotReady):
    """The database is older than the code."""
