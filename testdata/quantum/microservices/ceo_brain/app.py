"""CEO brain: how much capital each strategy may use."""

from __future__ import annotations

from contextlib import asynccontextmanager

from fastapi import FastAPI
from pydantic import BaseModel

from libs.logging_setup import setup_logging
from libs.redis_client import get_async_redis

from .policy import allocate

log = setup_logging("ceo_brain")


class StrategyReport(BaseModel):
    name: str
    sharpe: float
    drawdown_pct: float


@asynccontextmanager
async def lifespan(app: FastAPI):
    app.state.redis = get_async_redis()
    await app.state.redis.ping()
    log.info("ready")
    yield
    await app.state.redis.aclose()


app = FastAPI(title="CEO brain", lifespan=lifespan)


@app.get("/health")
async def health() -> dict:
    return {"status": "ok"}


@app.post("/allocate")
async def post_allocate(reports: list[StrategyReport]) -> dict[str, float]:
    shares = allocate({r.name: (r.sharpe, r.drawdown_pct) for r in reports})
    await app.state.redis.hset("quantum:allocation", mapping=shares)
    return shares
