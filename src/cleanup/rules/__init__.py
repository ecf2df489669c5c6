"""Rules are data: TOML files under rules/<family>/, read here, obeyed in `cleanup.detect`."""

from cleanup.rules.load import RuleSet, load_rules, shipped_rules

__all__ = ["RuleSet", "load_rules", "shipped_rules"]
