"""Capital allocation by risk-adjusted performance."""

from __future__ import annotations

MAX_SHARE = 0.4
MAX_DRAWDOWN_PCT = 12.0


def allocate(performance: dict[str, tuple[float, float]]) -> dict[str, float]:
    """Share of the capital per strategy; losers and deep drawdowns get nothing."""
    scores = {
        name: max(sharpe, 0.0) if drawdown < MAX_DRAWDOWN_PCT else 0.0
        for name, (sharpe, drawdown) in performance.items()
    }
    total = sum(scores.values())
    if total == 0.0:
        return dict.fromkeys(scores, 0.0)
    return {name: round(min(score / total, MAX_SHARE), 4) for name, score in scores.items()}
