"""Risk brain: answers whether an order fits the limits."""

from __future__ import annotations

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

from libs.logging_setup import setup_logging
from libs.redis_client import get_redis
from microservices.risk_brain.settings import RiskSettings

settings = RiskSettings()
app = FastAPI(title="Risk brain")


class OrderIntent(BaseModel):
    symbol: str
    notional: float
    leverage: int = 1


@app.get("/health")
def health() -> dict:
    return {"status": "ok"}


@app.post("/check")
def check(intent: OrderIntent) -> dict:
    if intent.leverage > settings.max_leverage:
        return {"allowed": False, "reason": f"leverage {intent.leverage} > {settings.max_leverage}"}
    drawdown = float(get_redis().get("quantum:drawdown_pct") or 0.0)
    if drawdown > settings.max_drawdown_pct:
        return {"allowed": False, "reason": f"drawdown {drawdown} %"}
    return {"allowed": True, "reason": ""}


def main() -> None:
    log = setup_logging("risk_brain")
    get_redis().hset("quantum:risk_limits", mapping=settings.model_dump())
    log.info("limits: %s", settings.model_dump())
    uvicorn.run(app, host=settings.listen_host, port=settings.listen_port, log_config=None)


if __name__ == "__main__":
    main()
