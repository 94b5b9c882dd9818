"""Modules: an agent's folder as a package of its own, fresh at every load, under a name nobody else can have.

Its sources are always compiled anew: no bytecode is read or written, so an edit within the same second counts, and
nothing appears in folders that may be read-only or under version control.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import FileFinder, ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from itertools import count
from pathlib import Path
from types import ModuleType

_PREFIX = "_agent_"
_serial = count(1)
_folders: dict[str, Path] = {}


class _Fresh(SourceFileLoader):
    """Without the source's time the import system neither reads nor writes bytecode."""

    def path_stats(self, path: object) -> dict[str, object]:
        raise OSError(f"{path} is compiled at every load")


class _Finder(MetaPathFinder):
    """Finds the packages made here, and what is in them."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, _target: ModuleType | None = None, /
    ) -> ModuleSpec | None:
        package = fullname.partition(".")[0]
        if package not in _folders:
            return None
        if fullname == package:
            return _package(fullname, _folders[package])
        return FileFinder(next(iter(path or ())), (_Fresh, [".py"])).find_spec(fullname)


def _package(name: str, folder: Path) -> ModuleSpec | None:
    init = folder / "__init__.py"
    if init.is_file():
        places = [str(folder)]
        loader = _Fresh(name, str(init))
        return spec_from_file_location(name, init, loader=loader, submodule_search_locations=places)
    spec = ModuleSpec(name, None, is_package=True)
    spec.submodule_search_locations = [str(folder)]
    return spec


def import_from(folder: Path, module: str) -> ModuleType:
    """The module of this folder, in a package made for this load alone; what it raises is raised."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
    package = f"{_PREFIX}{next(_serial)}_{folder.name}"
    _folders[package] = folder.resolve()
    try:
        return importlib.import_module(f"{package}.{module}")
    except BaseException:
        _forget(package)
        raise


def _forget(package: str) -> None:
    del _folders[package]
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        del sys.modules[name]
