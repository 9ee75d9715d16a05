"""Fill reconciler: compares fills at the exchange with our execution stream."""

from __future__ import annotations

import argparse
import re
import time

from libs.exchange import BinanceFutures, ExchangeError
from libs.logging_setup import setup_logging
from libs.redis_client import get_redis

UNITS = {"s": 1, "m": 60, "h": 3600}


def seconds(text: str) -> int:
    """`15m` as seconds."""
    found = re.fullmatch(r"(\d+)([smh])", text)
    if not found:
        raise argparse.ArgumentTypeError(f"not a time span: {text}")
    return int(found[1]) * UNITS[found[2]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--log-file")
    parser.add_argument("--window", type=seconds, default=900)
    args = parser.parse_args()

    log = setup_logging("fill_reconciler", log_file=args.log_file)
    exchange = BinanceFutures()
    client = get_redis()

    while True:
        since = int((time.time() - args.window) * 1000)
        for symbol in sorted(client.smembers("quantum:symbols")):
            try:
                theirs = {str(t["orderId"]) for t in exchange.user_trades(symbol, since)}
            except ExchangeError as err:
                log.warning("%s: %s", symbol, err)
                continue
            ours = client.smembers(f"quantum:orders:{symbol}")
            for order_id in theirs - ours:
                log.error("%s: fill of order %s is not in our books", symbol, order_id)
        time.sleep(args.window)


if __name__ == "__main__":
    main()
