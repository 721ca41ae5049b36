"""The order in docs/architecture.md, held against the imports."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "classroom"
PURE = (
    *("grammar", "settings", "memory", "conditions", "pagination"),
    *("limits", "passwords", "tokens", "models", "queries"),
)
# Each may import from those before it.
LAYERS = (
    *PURE,
    *(
        "migrations",
        "sqlite",
        "db",
        "request",
        "errors",
        "places",
        "resources",
        "representations",
        "views",
    ),
)
# Beside the layers: what these may import, and nothing else.
ASIDE = {
    "authentication": {*PURE, "request"},
    "security": {*PURE, "authentication", "request"},
    "tweens": {*("conditions", "errors", "grammar", "limits", "request", "settings")},
    "server": {"errors"},
    "scripts": {*PURE, "authentication", "db", "scripts"},
    "welcome": {"queries"},
    "pshell": {"models"},
    "alembic": {"db", "models"},
    "__init__": {"request", "settings"},
}
WEB = {"pyramid", "webob", "pyramid_tm"}
MODULES = sorted(PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imports_of(path: Path) -> tuple[set[str], set[str]]:
    """The modules of the package, and the packages of others, that a module imports."""
    own, others = set(), set()
    depth = len(path.relative_to(PACKAGE).parts)
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            others |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == depth:
            names = [node.module] if node.module else [alias.name for alias in node.names]
            own |= {name.split(".")[0] for name in names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            package, *rest = (node.module or "").split(".")
            others.add(package)
            own |= set(rest[:1]) if package == "classroom" else set()
    return own, others


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_looks_only_down_the_layers(path: Path) -> None:
    own, others = imports_of(path)
    name = name_of(path)
    below = LAYERS[: LAYERS.index(name)] if name in LAYERS else ASIDE[name]
    allowed = {*below, name}
    assert own <= allowed
    assert "classroom" not in own
    if name in PURE:
        assert not others & WEB


def test_only_the_composition_knows_every_part() -> None:
    for path in MODULES:
        assert "__init__" not in imports_of(path)[0], path
