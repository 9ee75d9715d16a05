"""Feature vectors in the order the models were trained with."""

from __future__ import annotations

import numpy as np

FEATURES = ("ret_1m", "ret_5m", "ret_1h", "vol_1h", "funding", "spread_bps")


def vector(tick: dict) -> np.ndarray:
    return np.array([float(tick.get(name, 0.0)) for name in FEATURES], dtype=np.float32)
