"""Entry point of portfolio intelligence."""

from __future__ import annotations

import asyncio

from prometheus_client import start_http_server

from libs.logging_setup import setup_logging
from microservices.portfolio_intelligence.settings import settings
from microservices.portfolio_intelligence.sync import PositionSync


async def main() -> None:
    log = setup_logging("portfolio_intelligence")
    log.info("redis %s:%d", settings.redis_host, settings.redis_port)
    start_http_server(settings.metrics_port, addr="127.0.0.1")
    await PositionSync(settings).run()


if __name__ == "__main__":
    asyncio.run(main())
