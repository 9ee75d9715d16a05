"""RL feedback: closed trades become rewards for the sizing agent."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

from prometheus_client import Counter, start_http_server

from libs.eventbus import StreamReader, publish
from libs.logging_setup import setup_logging

from .rewards import reward

REWARDS = Counter("quantum_rl_rewards_total", "Rewards published", ["symbol"])


class Totals:
    """Running totals that survive a restart."""

    def __init__(self, directory: str) -> None:
        self._path = Path(directory) / "totals.json"
        self._totals: dict[str, float] = {}
        if self._path.exists():
            self._totals = json.loads(self._path.read_text())

    def add(self, symbol: str, value: float) -> None:
        self._totals[symbol] = self._totals.get(symbol, 0.0) + value
        tmp = self._path.with_suffix(".tmp")
        tmp.write_text(json.dumps(self._totals))
        tmp.replace(self._path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--metrics-port", type=int, default=9312)
    args = parser.parse_args()

    log = setup_logging("rl_feedback_v2")
    totals = Totals(os.environ["STATE_DIRECTORY"])
    start_http_server(args.metrics_port, addr="127.0.0.1")
    log.info("metrics on port %d", args.metrics_port)

    for _, trade in StreamReader("quantum:stream:trade.closed"):
        value = reward(trade)
        totals.add(trade["symbol"], value)
        REWARDS.labels(trade["symbol"]).inc()
        publish("quantum:stream:rl.reward", {"symbol": trade["symbol"], "reward": value})


if __name__ == "__main__":
    main()
