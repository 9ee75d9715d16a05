"""Which strategy suits which regime."""

from __future__ import annotations

from enum import Enum


class Regime(str, Enum):
    TREND = "trend"
    RANGE = "range"
    PANIC = "panic"


def pick(regime: Regime) -> list[str]:
    match regime:
        case Regime.TREND:
            return ["momentum_breakout"]
        case Regime.RANGE:
            return ["mean_reversion", "funding_arb"]
        case _:
            return []
