"""What tests share: paths, the shipped rules, a cleaner."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from cleanup.pipeline import Cleaner
from cleanup.verify import load_verified

# In CI the same examples every time: a red run is then about the change. At a desk they vary.
settings.register_profile(
    "ci",
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
settings.register_profile(
    "desk", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
settings.load_profile("ci" if os.environ.get("CI") else "desk")

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
