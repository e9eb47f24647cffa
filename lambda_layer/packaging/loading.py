"""How the shipped packages find their modules: put in front of `hopscope_layer/__init__.py` by `build_zip.py`.

    <cache tag>.bin    bytecode of what a usual cold start needs: {module: marshalled code}
    sources.txt        the sources of everything: name, line end and text of each module, a zero byte between them

One file instead of thirty halves what the imports cost. Bytecode of another interpreter, or none, is no error: the
sources are compiled, as those of the modules are that no usual cold start needs.
"""

import sys
from importlib._bootstrap import ModuleSpec  # where `importlib.machinery`, an import too many, has it from
from marshal import loads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

__path__: "list[str]" = []


class _Shipped:
    """A finder and loader for all modules of the two packages."""

    def __init__(self, folder: str, codes: "dict[str, bytes]") -> None:
        self.folder = folder
        self.codes = codes
        self.sources: "dict[str, str]" = {}

    def find_spec(
        self,
        name: str,
        path: "Sequence[str] | None" = None,  # noqa: ARG002  the import system's own
        target: "ModuleType | None" = None,  # noqa: ARG002  the import system's own
    ) -> "ModuleSpec | None":
        if not name.startswith(("hopscope_layer.", "hopscope_wire")):
            return None
        places = (name, name + ".__init__")
        # The sources are read only for a name that has no bytecode.
        found = [place for place in places if place in self.codes] or [
            place for place in places if place in self._read_sources()
        ]
        if not found:
            return None
        spec = ModuleSpec(name, self, origin=found[0], is_package=found[0] != name)  # type: ignore[arg-type]
        spec.loader_state = found[0]
        return spec

    def create_module(self, spec: ModuleSpec) -> None:  # noqa: ARG002  the import system's own
        return None

    def exec_module(self, module: "ModuleType") -> None:
        place: str = module.__spec__.loader_state  # type: ignore[union-attr]
        if place in self.codes:
            # Our own bytecode, from the folder of this file, as any import would run it.
            code = loads(self.codes[place])  # noqa: S302
        else:
            file = "/opt/python/" + place.replace(".", "/") + ".py"
            code = compile(self._read_sources()[place], file, "exec", 0, dont_inherit=True)
        exec(code, module.__dict__)  # noqa: S102

    def _read_sources(self) -> "dict[str, str]":
        if not self.sources:
            with open(self.folder + "/sources.txt", encoding="utf-8") as file:
                for module in file.read().split("\0"):
                    name, _, source = module.partition("\n")
                    self.sources[name] = source
        return self.sources


def _read_bytecode(folder: str) -> "dict[str, bytes]":
    from importlib._bootstrap_external import MAGIC_NUMBER  # frozen, always loaded

    try:
        with open(f"{folder}/{sys.implementation.cache_tag}.bin", "rb") as file:
            content = file.read()
        if content[:4] == MAGIC_NUMBER:
            codes = loads(content[4:])  # noqa: S302  as above
            if isinstance(codes, dict):
                return codes
    except (OSError, ValueError, EOFError, TypeError):
        pass
    return {}


_folder = __file__.rpartition("/")[0]
sys.meta_path.insert(0, _Shipped(_folder, _read_bytecode(_folder)))
