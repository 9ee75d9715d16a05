"""Hard limits, from the repository and not from the environment: changing them takes a review."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

LIMITS_FILE = Path(__file__).resolve().parents[2] / "config" / "risk_limits.yaml"


@dataclass(frozen=True)
class Limits:
    max_daily_loss_pct: float
    max_open_positions: int
    max_order_notional_usdt: float
    cooldown_minutes: int


def load_limits(path: Path = LIMITS_FILE) -> Limits:
    with open(path, encoding="utf-8") as fh:
        return Limits(**yaml.safe_load(fh))
