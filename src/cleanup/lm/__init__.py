"""The term-frequency model: n-grams and words counted from clean text, in one file that is mapped."""

from __future__ import annotations

from pathlib import Path

# The model that ships, beside the code, in a checkout as in a wheel.
SHIPPED = Path(__file__).parents[1] / "models" / "zh.lm"
