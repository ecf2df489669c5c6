"""Ctrl-C while the command is still loading."""

from __future__ import annotations

import subprocess
import sys

import pytest

from cleanup.cli import main


def test_ctrl_c_while_loading_ends_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stopped:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "cleanup.cli.app":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "cleanup.cli.app", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Stopped(), *sys.meta_path])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 130


def test_ctrl_c_while_a_command_is_loading_ends_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stopped:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "cleanup.cli.explain":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "cleanup.cli.app", raising=False)
    monkeypatch.delitem(sys.modules, "cleanup.cli.explain", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Stopped(), *sys.meta_path])
    monkeypatch.setattr(sys, "argv", ["cleanup", "explain", "工作围"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 130


def test_a_command_imports_no_other_command() -> None:
    code = (
        "import sys; sys.argv = ['cleanup', 'explain', '--help']\n"
        "from cleanup.cli import main\n"
        "try: main()\n"
        "except SystemExit: print([m for m in ('run', 'channel', 'lm', 'rules') if f'cleanup.cli.{m}' in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
