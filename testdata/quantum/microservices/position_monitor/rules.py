"""When a position has to go."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ExitRules:
    stop_loss_pct: float = 1.5
    take_profit_pct: float = 4.0

    def exit_reason(self, position: dict) -> str | None:
        entry = float(position["entryPrice"])
        if entry == 0.0:
            return None
        side = 1.0 if float(position["positionAmt"]) > 0 else -1.0
        change = (float(position["markPrice"]) - entry) / entry * 100.0 * side
        if change <= -self.stop_loss_pct:
            return f"stop loss at {change:.2f} %"
        if change >= self.take_profit_pct:
            return f"take profit at {change:.2f} %"
        return None
