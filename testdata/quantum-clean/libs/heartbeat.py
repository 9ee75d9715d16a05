"""Heartbeats in Redis, read by the operations API."""

from __future__ import annotations

import os
import time

KEY = "quantum:heartbeat"


def beat(client, service: str) -> None:
    """Record that the service is alive."""
    client.hset(KEY, service, f"{int(time.time())}:{os.getpid()}")
