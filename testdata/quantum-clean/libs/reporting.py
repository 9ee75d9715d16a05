"""Report writers. Most services only publish; the CLI tools write files."""

from __future__ import annotations

import csv
import os
from datetime import date

REPORT_DIR = "/srv/quantum/reports"


class CsvReporter:
    """Appends rows to one CSV file per day."""

    def __init__(self, name: str, directory: str = REPORT_DIR) -> None:
        os.makedirs(directory, exist_ok=True)
        self.path = os.path.join(directory, f"{name}-{date.today():%Y%m%d}.csv")
        self._fh = open(self.path, "a", newline="", encoding="utf-8")
        self._writer = csv.writer(self._fh)

    def row(self, *values) -> None:
        self._writer.writerow(values)
        self._fh.flush()


def summarise(trades: list[dict]) -> dict:
    """Totals of closed trades."""
    pnl = [float(t.get("pnl", 0.0)) for t in trades]
    wins = sum(1 for p in pnl if p > 0)
    return {
        "trades": len(pnl),
        "pnl": round(sum(pnl), 4),
        "win_rate": round(wins / len(pnl), 4) if pnl else 0.0,
    }
