"""Plain Redis stream helpers, for services that can afford to lose a message."""

from __future__ import annotations

import json
from collections.abc import Iterator

from libs.redis_client import get_redis

MAXLEN = 10_000


def publish(stream: str, event: dict) -> str:
    """Append one event to the stream and return its id."""
    return get_redis().xadd(stream, {"data": json.dumps(event)}, maxlen=MAXLEN, approximate=True)


class StreamReader:
    """Reads a stream from now on, without a consumer group."""

    def __init__(self, *streams: str, block_ms: int = 5000) -> None:
        self._last = {name: "$" for name in streams}
        self._block = block_ms

    def __iter__(self) -> Iterator[tuple[str, dict]]:
        client = get_redis()
        while True:
            for stream, messages in client.xread(self._last, block=self._block) or []:
                for message_id, fields in messages:
                    self._last[stream] = message_id
                    yield stream, json.loads(fields["data"])

    def poll(self) -> list[tuple[str, dict]]:
        """What has arrived since the last call, or an empty list."""
        events = []
        for stream, messages in get_redis().xread(self._last, count=100, block=self._block) or []:
            for message_id, fields in messages:
                self._last[stream] = message_id
                events.append((stream, json.loads(fields["data"])))
        return events
