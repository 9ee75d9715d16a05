"""Position sizing agent. Without torch (or without a model) it falls back to a heuristic."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np

from ai_engine.features import vector

try:
    import torch
except ImportError:
    torch = None

log = logging.getLogger(__name__)


class PositionSizingAgent:
    """Maps a tick to a fraction of the available balance."""

    def __init__(self, model_path: str | Path) -> None:
        self._model = None
        path = Path(model_path)
        if torch is not None and path.exists():
            self._model = torch.jit.load(str(path))
            log.info("loaded %s", path)
        else:
            log.warning("no model at %s, using the volatility heuristic", path)

    def fraction(self, tick: dict) -> float:
        if self._model is None:
            vol = max(float(tick.get("vol_1h", 0.02)), 0.005)
            return float(np.clip(0.002 / vol, 0.01, 0.25))
        with torch.no_grad():
            return float(self._model(torch.from_numpy(vector(tick))[None]).squeeze())
