"""The order in docs/architecture.md, held against the imports."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "classroom"
# Each may import from those before it.
LAYERS = (
    *("settings", "rate_limits", "models", "db", "request", "http", "security", "openapi"),
    *("resources", "schemas", "views"),
)
# Packages and modules beside the layers: what these may import, and nothing else.
ASIDE = {
    "tweens": {"http", "rate_limits", "request"},
    "server": {"http"},
    "logs": set(),
    "cli": {"db", "models", "security", "settings"},
    "first_run": {"db"},
    "pshell": {"db", "models"},
    "alembic": {"db", "models", "settings"},
    "__init__": {"request", "settings"},
}
WITHOUT_PYRAMID = {"models", "rate_limits", "openapi"}
MODULES = sorted(PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imports_of(path: Path) -> set[str]:
    """The dotted names of all that a module imports, its own package's in full."""
    here = ("classroom", *path.relative_to(PACKAGE).parts[:-1])
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(here[: len(here) - node.level + 1]) if node.level else ""
            module = ".".join(filter(None, (base, node.module)))
            names |= {f"{module}.{alias.name}" for alias in node.names}
    return names


def layers_of(names: set[str]) -> set[str]:
    """The modules of the package among dotted names; the package itself is ``__init__``."""
    modules = {path.stem for path in PACKAGE.iterdir()}
    own = [name.split(".") for name in names if name.split(".")[0] == "classroom"]
    return {parts[1] if parts[1:] and parts[1] in modules else "__init__" for parts in own}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_looks_only_down_the_layers(path: Path) -> None:
    name, imported = name_of(path), imports_of(path)
    below = LAYERS[: LAYERS.index(name)] if name in LAYERS else ASIDE[name]
    assert layers_of(imported) <= {*below, name}
    foreign = {dotted.split(".")[0] for dotted in imported}
    if name in WITHOUT_PYRAMID:
        assert not foreign & {"pyramid", "pyramid_tm", "transaction", "webob", "zope"}
    if name == "tweens":
        assert "sqlalchemy" not in foreign
