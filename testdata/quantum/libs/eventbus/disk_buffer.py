"""Append-only JSON lines on disk: what could not be sent yet."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

BUFFER_DIR = "runtime/eventbus"


class DiskBuffer:
    """A small spool. Opened at start so that a full outage costs no time later."""

    def __init__(self, directory: str | Path = BUFFER_DIR) -> None:
        self.directory = Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.path = self.directory / "pending.jsonl"
        self._file = open(self.path, "a+", encoding="utf-8")

    def append(self, stream: str, event: dict) -> None:
        self._file.write(json.dumps({"stream": stream, "event": event}) + "\n")
        self._file.flush()

    def drain(self) -> Iterator[tuple[str, dict]]:
        """Yield the buffered events, then empty the file."""
        self._file.seek(0)
        for line in self._file.readlines():
            item = json.loads(line)
            yield item["stream"], item["event"]
        self._file.truncate(0)

    def close(self) -> None:
        self._file.close()
