"""What tests share: paths, the shipped rules, a cleaner."""

from pathlib import Path

import pytest

from cleanup.pipeline import Cleaner
from cleanup.verify import load_verified

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def ruleset():
    return load_verified()


@pytest.fixture(scope="session")
def cleaner(ruleset):
    return Cleaner(ruleset)


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    """No test reads what an earlier version of the rules left in the user's cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))
