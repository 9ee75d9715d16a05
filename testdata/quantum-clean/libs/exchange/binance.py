"""The few Binance Futures calls we need, signed by hand."""

from __future__ import annotations

import hashlib
import hmac
import os
import time
from urllib.parse import urlencode

import httpx

MAINNET = "https://fapi.binance.com"


class ExchangeError(RuntimeError):
    """The exchange refused a request."""


class BinanceFutures:
    """Blocking client; one per process."""

    def __init__(self, base_url: str = MAINNET, recv_window_ms: int = 5000) -> None:
        self._key = os.environ.get("BINANCE_API_KEY", "")
        self._secret = os.environ.get("BINANCE_API_SECRET", "")
        self._recv_window = recv_window_ms
        self._http = httpx.Client(base_url=base_url, timeout=10.0)

    def _signed(self, method: str, path: str, **params) -> dict | list:
        params |= {"timestamp": int(time.time() * 1000), "recvWindow": self._recv_window}
        query = urlencode(params)
        signature = hmac.new(self._secret.encode(), query.encode(), hashlib.sha256).hexdigest()
        response = self._http.request(
            method,
            f"{path}?{query}&signature={signature}",
            headers={"X-MBX-APIKEY": self._key},
        )
        if response.status_code >= 400:
            raise ExchangeError(f"{method} {path}: {response.status_code} {response.text}")
        return response.json()

    def positions(self) -> list[dict]:
        rows = self._signed("GET", "/fapi/v2/positionRisk")
        return [row for row in rows if float(row["positionAmt"]) != 0.0]

    def income(self, since_ms: int) -> list[dict]:
        return self._signed("GET", "/fapi/v1/income", startTime=since_ms)

    def user_trades(self, symbol: str, since_ms: int) -> list[dict]:
        return self._signed("GET", "/fapi/v1/userTrades", symbol=symbol, startTime=since_ms)

    def place(self, symbol: str, side: str, quantity: float, **extra) -> dict:
        return self._signed(
            "POST", "/fapi/v1/order", symbol=symbol, side=side, type="MARKET", quantity=quantity, **extra
        )

    def cancel_all(self, symbol: str) -> dict:
        return self._signed("DELETE", "/fapi/v1/allOpenOrders", symbol=symbol)
