"""Keeps the portfolio in Redis in step with the exchange."""

from __future__ import annotations

import asyncio
import json
import logging

import redis.asyncio as redis

from libs.exchange import BinanceFutures, ExchangeError

from .settings import Settings

log = logging.getLogger(__name__)


class PositionSync:
    def __init__(self, settings: Settings) -> None:
        self._interval = settings.sync_interval_seconds
        self._exchange = BinanceFutures(base_url=settings.exchange_url)
        self._redis = redis.Redis(
            host=settings.redis_host,
            port=settings.redis_port,
            db=settings.redis_db,
            decode_responses=True,
        )

    async def run(self) -> None:
        await self._redis.ping()
        while True:
            try:
                await self.sync_once()
            except ExchangeError as err:
                log.warning("sync failed: %s", err)
            await asyncio.sleep(self._interval)

    async def sync_once(self) -> None:
        positions = await asyncio.to_thread(self._exchange.positions)
        await self._redis.set("quantum:portfolio", json.dumps(positions))
        log.info("synced %d positions", len(positions))
