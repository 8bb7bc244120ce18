"""A plug-in of pytest that lets one module be imported with a wrong in it: -p tests.mutation.planted."""

import importlib.util
import json
import os
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, SourceFileLoader
from types import CodeType, ModuleType


class _Wrong(SourceFileLoader):
    """Loads the module from its own place, with other code."""

    def __init__(self, name: str, path: str, source: str) -> None:
        super().__init__(name, path)
        self._changed = source

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002 - of the importer's interface
        return compile(self._changed, self.path, "exec", dont_inherit=True)


class _Finder:
    def __init__(self, module: str, path: str, source: str) -> None:
        self._module, self._path, self._source = module, path, source

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self._module:
            return None
        package = self._path.endswith("__init__.py")
        return importlib.util.spec_from_file_location(
            fullname,
            self._path,
            loader=_Wrong(fullname, self._path, self._source),
            submodule_search_locations=[os.path.dirname(self._path)] if package else None,  # noqa: PTH120 - a str
        )


if "MUTANT" in os.environ:
    sys.meta_path.insert(0, _Finder(**json.loads(os.environ["MUTANT"])))
