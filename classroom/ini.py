"""Read the settings of the application, the server and logging from an ini file."""

import configparser
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import plaster
from paste.deploy.loadwsgi import SERVER, loadcontext
from plaster_pastedeploy import Loader

from .environment import overrides
from .settings import SettingError

_UNKNOWN_SERVER = (
    AttributeError,
    configparser.Error,
    ImportError,
    LookupError,
    OSError,
    ValueError,
)


@dataclass(frozen=True)
class Ini:
    """An ini file, and the values of its variables, which it refers to as ``%(name)s``."""

    path: str
    variables: Mapping[str, str]

    def load(self) -> dict[str, str]:
        """Read ``[app:main]``, and override it from the environment.

        :raises classroom.settings.SettingError: if either is invalid.
        """
        return {**self.read(), **overrides()}

    def read(self) -> dict[str, str]:
        """Read ``[app:main]`` without the environment.

        :raises classroom.settings.SettingError: if the file cannot be read.
        """
        with _one_line_errors(self.path):
            return read_app(self.path, self.variables)

    def read_server(self) -> dict[str, str]:
        """Read ``[server:main]``. The result is empty if the section is missing.

        :raises classroom.settings.SettingError: if the file cannot be read.
        """
        with _one_line_errors(self.path):
            return dict(_loader(self.path).get_settings("server:main", self.variables))

    def import_server(self) -> None:
        """Import the factory of ``[server:main]``, but do not call it.

        :raises classroom.settings.SettingError: if it is not installed, or cannot be imported.
        """
        try:
            loadcontext(SERVER, f"config:{self.file}", global_conf=dict(self.variables))
        except _UNKNOWN_SERVER as error:
            raise SettingError("[server:main]", explain(error)) from None

    def read_logging(self) -> configparser.ConfigParser:
        """Read the file as ``logging.config.fileConfig`` does.

        :raises classroom.settings.SettingError: if the file cannot be read.
        """
        defaults = {"here": str(self.file.parent), "__file__": str(self.file), **self.variables}
        parser = configparser.ConfigParser(defaults)
        with _one_line_errors(self.path), self.file.open() as file:
            parser.read_file(file)
        return parser

    @property
    def file(self) -> Path:
        """The path of the file, without the scheme that selects a loader."""
        return Path(plaster.parse_uri(self.path).path).absolute()


def read_app(path: str, variables: Mapping[str, str]) -> dict[str, str]:
    """Read ``[app:main]`` of an ini file, without the environment.

    :param variables: the values of the ``%(name)s`` in the file.
    :raises OSError: if the file cannot be read.
    :raises configparser.Error: if it is malformed.
    :raises LookupError: if it has no ``[app:main]``.
    :raises importlib.metadata.PackageNotFoundError: if its ``use`` names a package that is not
        installed.
    :raises ValueError: if no loader is installed for its extension.
    """
    return dict(_loader(path).get_wsgi_app_settings(defaults=variables))


def _loader(path: str) -> Any:
    uri = plaster.parse_uri(path)
    if uri.scheme == "file+ini":
        # get_loader returns the same, but first reads the entry points of all distributions.
        return Loader(uri)
    return plaster.get_loader(uri, protocols=["wsgi"])


@contextmanager
def _one_line_errors(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SettingError(path, f"cannot read {error.filename}: {error.strerror}") from None
    except (plaster.InvalidURI, plaster.LoaderNotFound):
        raise SettingError(path, "is not an ini file; its name must end in .ini") from None
    except (configparser.Error, LookupError, PackageNotFoundError, ValueError) as error:
        raise SettingError(path, explain(error)) from None


def explain(error: Exception) -> str:
    """Return the reason why an ini file cannot be read.

    This is not the message of configparser, which contains parts of values: a value may be a
    password.
    """
    match error:
        case configparser.InterpolationMissingOptionError(option=key, reference=name):
            return (
                f"{key}: no value for %({name})s; give one with {name}=VALUE"
                f" (pserve, pshell), --set {name}=VALUE (classroom) or -x {name}=VALUE (alembic)"
            )
        case configparser.InterpolationSyntaxError(option=key):
            return f"{key}: a % in a value must be written %%"
        case configparser.InterpolationError(option=key):
            return f"{key}: the references in its value are circular"
        case configparser.MissingSectionHeaderError(lineno=line):
            return f"line {line} is not in a section"
        case configparser.ParsingError(errors=[(line, _), *_]):
            return f"line {line} is not KEY = VALUE"
    return " ".join(str(error).split())
