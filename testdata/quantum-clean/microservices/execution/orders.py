"""Turns intents into orders."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from libs.exchange import BinanceFutures

log = logging.getLogger(__name__)


class OrderRouter:
    """Places orders and remembers which symbols it has touched."""

    def __init__(self, exchange: BinanceFutures) -> None:
        self._exchange = exchange
        self._symbols: set[str] = set()

    def execute(self, intent: dict) -> dict:
        symbol, side = intent["symbol"], intent["side"].upper()
        self._symbols.add(symbol)
        started = time.monotonic()
        order = self._exchange.place(symbol, side, float(intent["quantity"]))
        took_ms = round((time.monotonic() - started) * 1000)
        log.info("%s %s %s: %s in %d ms", side, intent["quantity"], symbol, order["status"], took_ms)
        return {"symbol": symbol, "order_id": order["orderId"], "status": order["status"], "took_ms": took_ms}

    def cancel_open_orders(self) -> None:
        for symbol in sorted(self._symbols):
            self._exchange.cancel_all(symbol)
