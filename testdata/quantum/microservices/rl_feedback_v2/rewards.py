"""Reward of a closed trade."""

from __future__ import annotations

import math

FEE_WEIGHT = 1.5


def reward(trade: dict) -> float:
    """PnL in percent after fees, squashed into (-1, 1)."""
    pnl = float(trade["pnl_pct"]) - FEE_WEIGHT * float(trade.get("fee_pct", 0.0))
    return math.tanh(pnl / 2.0)
