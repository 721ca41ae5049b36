"""The modes of files."""

import os
import stat

EXPOSED = "is readable by other users; restrict it with chmod 600"


def is_exposed(name: str) -> bool:
    """Return whether a file exists that all users of the host can read."""
    try:
        return bool(os.stat(name).st_mode & stat.S_IROTH)
    except OSError:  # it is missing, or in a directory that this user cannot enter
        return False
