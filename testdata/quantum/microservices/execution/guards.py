"""Last checks before an order leaves the house."""

from __future__ import annotations

import os

MAX_SLIPPAGE_BPS = float(os.getenv("EXECUTION_MAX_SLIPPAGE_BPS", "15"))


def within_slippage(intent: dict) -> bool:
    """True when the market has not run away from the price of the intent."""
    wanted = float(intent.get("price", 0.0))
    current = float(intent.get("mark_price", wanted))
    if wanted <= 0.0:
        return False
    return abs(current - wanted) / wanted * 10_000 <= MAX_SLIPPAGE_BPS
