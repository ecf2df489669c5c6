"""Ctrl-C while the command is still loading."""

from __future__ import annotations

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
