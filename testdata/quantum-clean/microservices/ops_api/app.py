"""Operations API: what is alive, what is switched off."""

from __future__ import annotations

import os

from fastapi import FastAPI

from libs.logging_setup import setup_logging
from microservices.ops_api import routes


def create_app() -> FastAPI:
    setup_logging("ops_api")
    application = FastAPI(title="Quantum Trader operations", root_path=os.getenv("OPS_API_ROOT_PATH", ""))
    application.include_router(routes.router)
    return application


app = create_app()
