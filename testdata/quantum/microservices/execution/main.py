"""Order execution: approved intents in, orders at the exchange out."""

from __future__ import annotations

import asyncio
import os
import signal

from libs.eventbus.bus import EventBus
from libs.exchange import BinanceFutures
from libs.logging_setup import setup_logging
from libs.redis_client import get_async_redis
from microservices.execution.guards import within_slippage
from microservices.execution.orders import OrderRouter

INTENTS = "quantum:stream:trade.approved"
RESULTS = "quantum:stream:execution.result"
GROUP = os.getenv("EXECUTION_CONSUMER_GROUP", "execution")

log = setup_logging("execution")


async def consume(router: OrderRouter, bus: EventBus, stop: asyncio.Event) -> None:
    client = get_async_redis()
    try:
        await client.xgroup_create(INTENTS, GROUP, id="$", mkstream=True)
    except Exception as err:
        if "BUSYGROUP" not in str(err):
            raise

    while not stop.is_set():
        batch = await client.xreadgroup(GROUP, "execution-1", {INTENTS: ">"}, count=10, block=2000)
        for _, messages in batch or []:
            for message_id, fields in messages:
                if within_slippage(fields):
                    result = await asyncio.to_thread(router.execute, fields)
                    bus.publish(RESULTS, result)
                await client.xack(INTENTS, GROUP, message_id)
    await client.aclose()


async def main() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, stop.set)

    bus = EventBus()
    if replayed := bus.replay():
        log.info("replayed %d buffered events", replayed)

    exchange = BinanceFutures(
        base_url=os.getenv("EXECUTION_BASE_URL", "https://testnet.binancefuture.com"),
        recv_window_ms=int(os.getenv("EXECUTION_RECV_WINDOW_MS", "5000")),
    )
    router = OrderRouter(exchange)
    log.info("consuming %s as %s", INTENTS, GROUP)
    try:
        await consume(router, bus, stop)
    finally:
        router.cancel_open_orders()
        bus.close()


if __name__ == "__main__":
    asyncio.run(main())
