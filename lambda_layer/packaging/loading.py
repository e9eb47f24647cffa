"""How the shipped packages find their modules: put in front of `hopscope_layer/__init__.py` by `build_zip.py`.

    <cache tag>.bin    bytecode of what a usual cold start needs, read at once: {module: marshalled code}
    modules.zip        the sources of everything, read by `zipimport`

One file instead of thirty halves what the imports cost. Bytecode of another interpreter, or none, is no error: the
sources are compiled.
"""

import sys
from importlib._bootstrap import ModuleSpec  # where `importlib.machinery`, an import too many, has it from
from marshal import loads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

__path__ = [__file__.rpartition("/")[0] + "/modules.zip/hopscope_layer"]


class _Bytecode:
    """A finder and loader for the modules of the `.bin`."""

    def __init__(self, folder: str, codes: "dict[str, bytes]") -> None:
        self.folder = folder
        self.codes = codes

    def find_spec(
        self,
        name: str,
        path: "Sequence[str] | None" = None,  # noqa: ARG002  the import system's own
        target: "ModuleType | None" = None,  # noqa: ARG002  the import system's own
    ) -> "ModuleSpec | None":
        if not name.startswith("hopscope_"):
            return None
        is_package = name + ".__init__" in self.codes
        if name not in self.codes and not is_package:
            return None
        spec = ModuleSpec(name, self, origin=name, is_package=is_package)  # type: ignore[arg-type]
        if is_package:
            spec.submodule_search_locations = [f"{self.folder}/modules.zip/{name.replace('.', '/')}"]
        return spec

    def create_module(self, spec: ModuleSpec) -> None:  # noqa: ARG002  the import system's own
        return None

    def exec_module(self, module: "ModuleType") -> None:
        name = module.__name__
        # Our own bytecode, from the folder of this file, as any import would run it.
        code = loads(self.codes.get(name) or self.codes[name + ".__init__"])  # noqa: S302
        exec(code, module.__dict__)  # noqa: S102


def _read_bytecode(folder: str) -> None:
    from importlib._bootstrap_external import MAGIC_NUMBER  # frozen, always loaded

    try:
        with open(f"{folder}/{sys.implementation.cache_tag}.bin", "rb") as file:
            content = file.read()
        if content[:4] == MAGIC_NUMBER:
            codes = loads(content[4:])  # noqa: S302  as above
            if isinstance(codes, dict):
                sys.meta_path.insert(0, _Bytecode(folder, codes))
    except (OSError, ValueError, EOFError, TypeError):
        return


_read_bytecode(__file__.rpartition("/")[0])
