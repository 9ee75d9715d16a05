"""Position monitor: watches open positions and asks for exits."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from libs.eventbus import publish  # noqa: E402
from libs.exchange import BinanceFutures, ExchangeError  # noqa: E402
from libs.heartbeat import beat  # noqa: E402
from libs.logging_setup import setup_logging  # noqa: E402
from libs.redis_client import get_redis  # noqa: E402
from microservices.position_monitor.rules import ExitRules  # noqa: E402

RUNTIME_DIR = ROOT / "runtime"
OVERRIDES = RUNTIME_DIR / "exit_overrides.json"


def load_overrides() -> dict:
    RUNTIME_DIR.mkdir(exist_ok=True)
    if not OVERRIDES.exists():
        return {}
    with OVERRIDES.open(encoding="utf-8") as fh:
        return json.load(fh)


def main() -> None:
    log = setup_logging("position_monitor")
    rules = ExitRules(**load_overrides())
    exchange = BinanceFutures()

    while True:
        try:
            for position in exchange.positions():
                if reason := rules.exit_reason(position):
                    log.info("%s: exit, %s", position["symbol"], reason)
                    publish("quantum:stream:exit.intent", {"symbol": position["symbol"], "reason": reason})
        except ExchangeError as err:
            log.warning("positions: %s", err)
        beat(get_redis(), "position_monitor")
        time.sleep(5)


if __name__ == "__main__":
    main()
