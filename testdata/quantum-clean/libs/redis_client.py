"""One place that knows where Redis is."""

from __future__ import annotations

import os
from functools import lru_cache

import redis
import redis.asyncio as aioredis


def _options() -> dict:
    return {
        "host": os.getenv("REDIS_HOST", "127.0.0.1"),
        "port": int(os.getenv("REDIS_PORT", "6379")),
        "db": int(os.getenv("REDIS_DB", "0")),
        "decode_responses": True,
        "socket_keepalive": True,
    }


@lru_cache(maxsize=1)
def get_redis() -> redis.Redis:
    """Blocking client, shared by the whole process."""
    return redis.Redis(**_options())


def get_async_redis() -> aioredis.Redis:
    """Client for asyncio code; the caller closes it."""
    return aioredis.Redis(**_options())
