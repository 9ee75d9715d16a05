"""Routes of the operations API."""

from __future__ import annotations

import time

from fastapi import APIRouter, HTTPException

from libs.heartbeat import KEY
from libs.redis_client import get_async_redis

router = APIRouter()
client = get_async_redis()
STALE_SECONDS = 120


@router.get("/health")
async def health() -> dict:
    return {"status": "ok", "redis": await client.ping()}


@router.get("/services")
async def services() -> dict[str, dict]:
    now = time.time()
    result = {}
    for name, value in (await client.hgetall(KEY)).items():
        stamp, _, pid = value.partition(":")
        result[name] = {"pid": int(pid), "stale": now - int(stamp) > STALE_SECONDS}
    return result


@router.get("/services/{name}")
async def service(name: str) -> dict:
    known = await services()
    if name not in known:
        raise HTTPException(404, f"no heartbeat from {name}")
    return known[name]


@router.delete("/kill-switch")
async def reset_kill_switch() -> dict:
    return {"removed": bool(await client.delete("quantum:kill_switch"))}
