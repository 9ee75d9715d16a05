"""Event bus that does not lose events while Redis is away."""

from __future__ import annotations

import json
import logging

import redis

from libs.redis_client import get_redis

from .disk_buffer import DiskBuffer

log = logging.getLogger(__name__)


class EventBus:
    """Publishes to Redis and falls back to a buffer on disk."""

    def __init__(self, client: redis.Redis | None = None) -> None:
        self._redis = client or get_redis()
        self._buffer = DiskBuffer()

    def publish(self, stream: str, event: dict) -> None:
        try:
            self._redis.xadd(stream, {"data": json.dumps(event)}, maxlen=10_000)
        except redis.ConnectionError:
            log.warning("redis is away, buffering an event for %s", stream)
            self._buffer.append(stream, event)

    def replay(self) -> int:
        """Send what was buffered while Redis was away; returns the number of events."""
        sent = 0
        for stream, event in self._buffer.drain():
            self._redis.xadd(stream, {"data": json.dumps(event)}, maxlen=10_000)
            sent += 1
        return sent

    def close(self) -> None:
        self._buffer.close()
