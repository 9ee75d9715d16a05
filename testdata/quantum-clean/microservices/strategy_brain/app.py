"""Strategy brain: picks the strategies that fit the current regime."""

from __future__ import annotations

import os
from contextlib import asynccontextmanager

from fastapi import FastAPI

from libs.eventbus import publish
from libs.logging_setup import setup_logging
from libs.redis_client import get_async_redis
from libs.reporting import CsvReporter, summarise
from microservices.strategy_brain.signals import Regime, pick

# The in-process client went away together with the container.
try:
    from microservices.ai_engine.client import AiEngineClient
except ImportError:
    AiEngineClient = None

log = setup_logging("strategy_brain")
USE_AI = AiEngineClient is not None and os.getenv("STRATEGY_BRAIN_USE_AI", "1") == "1"

# set by the backtest runner, stays None in production
reporter: CsvReporter | None = None


@asynccontextmanager
async def lifespan(app: FastAPI):
    app.state.redis = get_async_redis()
    await app.state.redis.ping()
    log.info("ready, AI engine %s", "on" if USE_AI else "off")
    yield
    await app.state.redis.aclose()


app = FastAPI(title="Strategy brain", lifespan=lifespan)


@app.get("/health")
async def health() -> dict:
    return {"status": "ok", "ai": USE_AI}


@app.post("/regime/{regime}")
def post_regime(regime: Regime) -> list[str]:
    chosen = pick(regime)
    publish("quantum:stream:strategy.selected", {"regime": regime, "strategies": chosen})
    if reporter is not None:
        reporter.row(regime, *chosen)
    return chosen


@app.post("/summary")
def post_summary(trades: list[dict]) -> dict:
    return summarise(trades)
