"""The switch itself: a key in Redis that execution honours."""

from __future__ import annotations

import json

from libs.redis_client import get_redis
from microservices.risk_safety.limits import Limits

KEY = "quantum:kill_switch"


class KillSwitch:
    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._redis = get_redis()

    def check(self) -> str | None:
        """Throw the switch when a limit is broken; returns the reason."""
        loss = -float(self._redis.get("quantum:daily_pnl_pct") or 0.0)
        if loss > self._limits.max_daily_loss_pct:
            return self._throw(f"daily loss {loss:.2f} %")
        positions = json.loads(self._redis.get("quantum:portfolio") or "[]")
        if len(positions) > self._limits.max_open_positions:
            return self._throw(f"{len(positions)} open positions")
        return None

    def _throw(self, reason: str) -> str:
        self._redis.set(KEY, reason, ex=self._limits.cooldown_minutes * 60)
        return reason
