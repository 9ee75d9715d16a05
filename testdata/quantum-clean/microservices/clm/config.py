"""Configuration of the continuous learning manager."""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass
class ClmConfig:
    model_dir: str = os.getenv("CLM_MODEL_DIR", "/app/models")
    retrain_hours: float = float(os.getenv("CLM_RETRAIN_HOURS", "12"))
    min_samples: int = int(os.getenv("CLM_MIN_SAMPLES", "1000"))
