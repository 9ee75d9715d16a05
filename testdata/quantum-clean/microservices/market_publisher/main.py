"""Market publisher: Binance book tickers into the tick stream."""

from __future__ import annotations

import asyncio
import os

import websockets

from libs.logging_setup import setup_logging
from libs.redis_client import get_async_redis
from microservices.market_publisher.feeds import parse_ticker, stream_url

SYMBOLS = os.environ.get("MARKET_SYMBOLS", "BTCUSDT ETHUSDT").split()
STREAM = "quantum:stream:market.tick"

log = setup_logging("market_publisher")


async def run() -> None:
    client = get_async_redis()
    async for socket in websockets.connect(stream_url(SYMBOLS), ping_interval=20):
        try:
            log.info("connected, %d symbols", len(SYMBOLS))
            async for raw in socket:
                if tick := parse_ticker(raw):
                    await client.xadd(STREAM, {"data": tick}, maxlen=50_000, approximate=True)
        except websockets.ConnectionClosed as err:
            log.warning("connection closed: %s", err)
            await asyncio.sleep(5)


def main() -> None:
    try:
        asyncio.run(run())
    except KeyboardInterrupt:
        log.info("bye")


if __name__ == "__main__":
    main()
