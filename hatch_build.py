"""Compiles the inner loops of the model when the package is built, where there is a C compiler; see cleanup/lm/kernel.c.

Where there is none, or it fails, the package is built without: it gives the same results, more slowly.
CLEANUP_KERNEL=off builds without it anyway, CLEANUP_KERNEL=required fails where it cannot be compiled.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCE = Path("src/cleanup/lm/kernel.c")
LIBRARY = Path("src/cleanup/lm/_kernel.so")
# No contraction: what is added after it is multiplied must be rounded twice, as numpy does it.
FLAGS = ("-O3", "-shared", "-fPIC", "-ffp-contract=off", "-fno-math-errno")


def compiled(source: Path, to: Path) -> str:
    """Compile the kernel to a file; "" if that went well, else why not."""
    compiler = os.environ.get("CC", "").split() or [c for c in ("cc", "gcc", "clang") if shutil.which(c)][:1]
    if not compiler:
        return "there is no C compiler"
    if sys.byteorder != "little":
        return "the tables of a model are little-endian"
    identity = hashlib.sha256(source.read_bytes()).hexdigest()
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder, LIBRARY.name)
        command = [*compiler, *FLAGS, f'-DSOURCE="{identity}"', "-o", str(made), str(source)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        except OSError as e:
            return f"{compiler[0]}: {e.strerror}"
        if done.returncode or not made.is_file():
            return done.stderr.strip() or f"{compiler[0]} ended with {done.returncode}"
        shutil.copyfile(made, to)
    return ""


class KernelHook(BuildHookInterface):  # type: ignore[type-arg]
    """Adds the library to wheels; for an editable installation it is put in its place beside the source."""

    PLUGIN_NAME = "custom"
    _folder: str = ""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, and say that the wheel is for this kind of machine, if there is something to compile with."""
        if self.target_name != "wheel":
            return
        root = Path(self.root)
        wanted = os.environ.get("CLEANUP_KERNEL", "")
        self._folder = tempfile.mkdtemp()
        made = root / LIBRARY if version == "editable" else Path(self._folder, LIBRARY.name)
        try:
            made.unlink(missing_ok=True)
            why_not = "CLEANUP_KERNEL=off" if wanted == "off" else compiled(root / SOURCE, made)
        except OSError as e:
            why_not = f"{e.filename}: {e.strerror}"
        if why_not:
            if wanted == "required":
                raise RuntimeError(f"the kernel cannot be compiled: {why_not}")
            self.app.display_warning(f"built without the compiled kernel ({why_not}): decoding is slower")
            return
        if version != "editable":
            machine = sysconfig.get_platform().replace("-", "_").replace(".", "_")
            build_data["pure_python"] = False
            # ctypes loads it: any Python 3 of this kind of machine
            build_data["tag"] = f"py3-none-{machine}"
            build_data["force_include"][str(made)] = LIBRARY.relative_to("src").as_posix()

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what was compiled for the wheel."""
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
