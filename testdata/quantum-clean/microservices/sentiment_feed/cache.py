"""Remembers which feeds we have scored already."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

CACHE_DIR = Path(os.environ.get("SENTIMENT_CACHE_DIR", "/var/cache/quantum/sentiment"))


class HeadlineCache:
    def __init__(self, directory: Path = CACHE_DIR) -> None:
        self._directory = directory
        self._directory.mkdir(parents=True, exist_ok=True)

    def is_new(self, source: str, text: str) -> bool:
        """True when the text differs from the last one of this source."""
        digest = hashlib.sha256(text.encode()).hexdigest()
        marker = self._directory / f"{source}.sha256"
        if marker.exists() and marker.read_text() == digest:
            return False
        marker.write_text(digest)
        return True
