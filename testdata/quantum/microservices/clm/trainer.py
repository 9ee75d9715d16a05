"""A ridge regression on closed trades. The big models are trained elsewhere."""

from __future__ import annotations

import numpy as np

from ai_engine.features import FEATURES, vector

RIDGE = 1e-3


def fit(trades: list[dict]) -> np.ndarray:
    x = np.stack([vector(trade) for trade in trades])
    y = np.array([float(trade["pnl_pct"]) for trade in trades])
    return np.linalg.solve(x.T @ x + RIDGE * np.eye(len(FEATURES)), x.T @ y)


def plot(weights: np.ndarray, path: str) -> None:
    """For notebooks."""
    import matplotlib.pyplot as plt

    plt.bar(FEATURES, weights)
    plt.savefig(path)
