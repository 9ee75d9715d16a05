"""Settings of portfolio intelligence, from the environment."""

from __future__ import annotations

try:
    from pydantic_settings import BaseSettings
except ImportError:  # pydantic 1 on the old box
    from pydantic import BaseSettings


class Settings(BaseSettings):
    redis_host: str = "quantum_redis"
    redis_port: int = 6379
    redis_db: int = 0

    exchange_url: str = "https://fapi.binance.com"
    sync_interval_seconds: int = 30
    metrics_port: int = 9313

    class Config:
        env_prefix = "PI_"


settings = Settings()
