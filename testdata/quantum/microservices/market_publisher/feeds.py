"""Binance stream names and messages."""

from __future__ import annotations

try:
    import orjson as json
except ImportError:
    import json

BASE = "wss://fstream.binance.com/stream"


def stream_url(symbols: list[str]) -> str:
    names = "/".join(f"{symbol.lower()}@bookTicker" for symbol in symbols)
    return f"{BASE}?streams={names}"


def parse_ticker(raw: str | bytes) -> str | None:
    """The tick as JSON text, or None for anything but a book ticker."""
    data = json.loads(raw).get("data", {})
    if data.get("e") != "bookTicker":
        return None
    bid, ask = float(data["b"]), float(data["a"])
    tick = {"symbol": data["s"], "bid": bid, "ask": ask, "spread_bps": (ask - bid) / bid * 1e4}
    text = json.dumps(tick)
    return text.decode() if isinstance(text, bytes) else text
