"""Continuous learning manager: retrains the small models on closed trades."""

from __future__ import annotations

import argparse
import time

from libs.eventbus import StreamReader, publish
from libs.logging_setup import setup_logging
from microservices.clm.config import ClmConfig
from microservices.clm.model_store import ModelStore
from microservices.clm.trainer import fit


class LearningManager:
    def __init__(self, config: ClmConfig) -> None:
        self.config = config
        self.store = ModelStore(config.model_dir)
        self.trades: list[dict] = []
        self._last_training = time.time()

    def add(self, trade: dict) -> None:
        self.trades.append(trade)

    def due(self) -> bool:
        hours = (time.time() - self._last_training) / 3600
        return hours >= self.config.retrain_hours and len(self.trades) >= self.config.min_samples

    def train(self) -> str:
        path = self.store.save("signal_ridge", fit(self.trades), len(self.trades))
        self._last_training = time.time()
        self.trades.clear()
        return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--log-file", default=None)
    args = parser.parse_args()

    manager = LearningManager(ClmConfig())
    log = setup_logging("clm", args.log_file)
    log.info("models in %s", manager.store.root)

    reader = StreamReader("quantum:stream:trade.closed")
    while True:
        for _, trade in reader.poll():
            manager.add(trade)
        if manager.due():
            path = manager.train()
            log.info("trained %s", path)
            publish("quantum:stream:model.trained", {"path": path})


if __name__ == "__main__":
    main()
