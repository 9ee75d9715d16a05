"""Polls realised PnL from Binance, keeps it in SQLite and publishes the running total."""

import argparse
import os
import sys
import time

sys.path.append(os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..")))

from libs.eventbus import publish  # noqa: E402
from libs.exchange import BinanceFutures, ExchangeError  # noqa: E402
from libs.logging_setup import setup_logging  # noqa: E402
from microservices.binance_pnl_tracker.store import PnlStore  # noqa: E402

STREAM = "quantum:stream:pnl"


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--interval", type=int, default=60, help="seconds between two polls")
    parser.add_argument("--db", default="runtime/pnl.db")
    return parser.parse_args()


def main() -> int:
    args = parse_args()
    log = setup_logging("binance_pnl_tracker")
    store = PnlStore(args.db)
    exchange = BinanceFutures()

    while True:
        try:
            new = store.add(exchange.income(since_ms=store.last_time_ms() + 1))
            if new:
                publish(STREAM, {"total": store.total(), "new": new})
        except ExchangeError as err:
            log.warning("poll failed: %s", err)
        time.sleep(args.interval)


if __name__ == "__main__":
    sys.exit(main())
