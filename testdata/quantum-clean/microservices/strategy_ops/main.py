#!/usr/bin/env python3
"""Strategy operations: switches strategies on and off for a universe of symbols."""

import argparse
import os
import sys
import time

QT_HOME = os.environ.get("QT_HOME", "/home/qt/quantum_trader")
if QT_HOME not in sys.path:
    sys.path.insert(0, QT_HOME)

import yaml  # noqa: E402

from libs.heartbeat import beat  # noqa: E402
from libs.logging_setup import setup_logging  # noqa: E402
from libs.redis_client import get_redis  # noqa: E402

BANNER = os.getenv("STRATEGY_OPS_BANNER", "live")


def load(path, universe):
    with open(path, encoding="utf-8") as fh:
        config = yaml.safe_load(fh)
    if universe not in config["universes"]:
        sys.exit(f"{path}: no universe {universe!r}")
    return config


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", required=True)
    parser.add_argument("--universe", required=True)
    args = parser.parse_args()

    log = setup_logging("strategy_ops")
    config = load(args.config, args.universe)
    client = get_redis()
    log.info("%s: universe %s", BANNER, args.universe)

    while True:
        for strategy in config["strategies"]:
            client.hset("quantum:strategies", strategy["name"], int(strategy["enabled"]))
        beat(client, "strategy_ops")
        time.sleep(30)


if __name__ == "__main__":
    main()
