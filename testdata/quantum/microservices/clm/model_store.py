"""Versioned models on disk."""

from __future__ import annotations

import json
import os
import time

import numpy as np


class ModelStore:
    """One folder per model, one file per version, a manifest beside them."""

    def __init__(self, root: str) -> None:
        self.root = root
        os.makedirs(self.root, exist_ok=True)
        self._manifest = os.path.join(self.root, "manifest.json")

    def save(self, name: str, weights: np.ndarray, samples: int) -> str:
        folder = os.path.join(self.root, name)
        os.makedirs(folder, exist_ok=True)
        path = os.path.join(folder, time.strftime("%Y%m%d-%H%M%S") + ".npy")
        np.save(path, weights)
        with open(self._manifest, "w", encoding="utf-8") as fh:
            json.dump({"model": name, "path": path, "samples": samples}, fh)
        return path
