"""Settings of the risk brain, RISK_* in the environment."""

from __future__ import annotations

from pydantic_settings import BaseSettings, SettingsConfigDict


class RiskSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="RISK_")

    max_drawdown_pct: float = 10.0
    max_leverage: int = 3
    listen_host: str = "127.0.0.1"
    listen_port: int = 8012
