"""Realised PnL in SQLite."""

from __future__ import annotations

import sqlite3

SCHEMA = """
CREATE TABLE IF NOT EXISTS income (
    tran_id TEXT PRIMARY KEY,
    time_ms INTEGER NOT NULL,
    symbol  TEXT NOT NULL,
    amount  REAL NOT NULL
)
"""


class PnlStore:
    def __init__(self, path: str) -> None:
        self._db = sqlite3.connect(path)
        self._db.execute(SCHEMA)
        self._db.commit()

    def add(self, rows: list[dict]) -> int:
        """Insert rows that are not known yet; returns how many were new."""
        before = self._db.total_changes
        self._db.executemany(
            "INSERT OR IGNORE INTO income VALUES (?, ?, ?, ?)",
            [(r["tranId"], r["time"], r.get("symbol", ""), float(r["income"])) for r in rows],
        )
        self._db.commit()
        return self._db.total_changes - before

    def last_time_ms(self) -> int:
        (value,) = self._db.execute("SELECT COALESCE(MAX(time_ms), 0) FROM income").fetchone()
        return int(value)

    def total(self) -> float:
        (value,) = self._db.execute("SELECT COALESCE(SUM(amount), 0) FROM income").fetchone()
        return float(value)
