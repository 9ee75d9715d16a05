"""Exchange clients."""

from .binance import BinanceFutures, ExchangeError

__all__ = ["BinanceFutures", "ExchangeError"]
