"""Market archive: the tick stream as gzipped JSON lines, one file per hour."""

from __future__ import annotations

import argparse
import gzip
import json
import time
from pathlib import Path

from libs.eventbus import StreamReader
from libs.logging_setup import setup_logging


class Archive:
    def __init__(self, directory: Path, rotate_minutes: int) -> None:
        self.directory = directory
        self._seconds = rotate_minutes * 60
        self._slot = -1
        self._file = None

    def write(self, tick: dict) -> None:
        slot = int(time.time()) // self._seconds
        if slot != self._slot:
            self._rotate(slot)
        self._file.write(json.dumps(tick) + "\n")

    def _rotate(self, slot: int) -> None:
        if self._file:
            self._file.close()
        stamp = time.strftime("%Y%m%d-%H%M", time.gmtime(slot * self._seconds))
        self._file = gzip.open(self.directory / f"ticks-{stamp}.jsonl.gz", "at", encoding="utf-8")
        self._slot = slot


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stream", required=True)
    parser.add_argument("--output-dir", type=Path, default=Path("runtime/archive"))
    parser.add_argument("--rotate-minutes", type=int, default=60)
    args = parser.parse_args()

    log = setup_logging("market_archiver")
    args.output_dir.mkdir(parents=True, exist_ok=True)
    archive = Archive(args.output_dir, args.rotate_minutes)
    log.info("archiving %s to %s", args.stream, args.output_dir)
    for _, tick in StreamReader(args.stream):
        archive.write(tick)


if __name__ == "__main__":
    main()
