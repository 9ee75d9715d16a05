"""Logging for all services: standard output for journald, optionally a file."""

from __future__ import annotations

import logging
import os
import sys
from logging.handlers import RotatingFileHandler

FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"


def setup_logging(service: str, log_file: str | None = None) -> logging.Logger:
    """Configure the root logger once and return the service's own logger."""
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stdout)]
    if log_file:
        handlers.append(RotatingFileHandler(log_file, maxBytes=20_000_000, backupCount=5))

    logging.basicConfig(
        level=os.getenv("QT_LOG_LEVEL", "INFO").upper(),
        format=FORMAT,
        handlers=handlers,
    )
    logging.getLogger("httpx").setLevel(logging.WARNING)
    return logging.getLogger(service)
