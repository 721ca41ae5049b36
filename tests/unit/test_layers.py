"""The table of packages in docs/architecture.md, compared with the imports."""

import ast
import re
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "classroom"
ARCHITECTURE = PACKAGE.parent / "docs" / "architecture.md"
ROW = re.compile(r"^\| `(\w+)` \| ([`\w ]*)\|", re.MULTILINE)
MAY_IMPORT = {
    name: set(re.findall(r"\w+", names)) for name, names in ROW.findall(ARCHITECTURE.read_text())
}
PYRAMID = {"pyramid", "pyramid_tm", "transaction", "webob", "zope"}
REFUSED = {**dict.fromkeys(("models", "rate_limits", "schemas"), PYRAMID), "tweens": {"sqlalchemy"}}
MODULES = sorted(PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imports_of(path: Path) -> set[str]:
    """Return the absolute dotted names of all imports of a module."""
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
    """Return the modules of the package among dotted names; the package itself is ``__init__``."""
    modules = {path.stem for path in PACKAGE.iterdir()}
    own = [name.split(".") for name in names if name.split(".")[0] == "classroom"]
    return {parts[1] if parts[1:] and parts[1] in modules else "__init__" for parts in own}


def refused_imports_of(path: Path) -> set[str]:
    name, imported = name_of(path), imports_of(path)
    refused = {dotted.split(".")[0] for dotted in imported} & REFUSED.get(name, set())
    if name != "__init__":
        refused |= layers_of(imported) - {*MAY_IMPORT[name], name}
    return refused


def test_modules_import_only_the_packages_of_their_row() -> None:
    refused = {str(path.relative_to(PACKAGE)): refused_imports_of(path) for path in MODULES}
    assert len(refused) > 50
    assert {path: names for path, names in refused.items() if names} == {}


def test_the_packages_have_no_import_cycle() -> None:
    remaining = {name: set(imports) for name, imports in MAY_IMPORT.items()}
    while leaves := {name for name, imports in remaining.items() if not imports & remaining.keys()}:
        remaining = {name: imports for name, imports in remaining.items() if name not in leaves}
    assert not remaining


def test_extending_md_names_only_files_that_exist() -> None:
    text = (PACKAGE.parent / "docs" / "extending.md").read_text()
    paths = re.findall(r"`((?:classroom|tests)/[\w./]+)`", text)
    assert len(paths) > 20
    assert [path for path in paths if not (PACKAGE.parent / path).exists()] == []
