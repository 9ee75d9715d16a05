"""RL monitor: rewards from Redis into a CSV that the dashboards read."""

import csv
import json
import logging
import os
import time
from collections import deque
from pathlib import Path

import redis

CSV_LOG = os.getenv("RL_MONITOR_CSV_LOG", "/var/log/quantum/rl_monitor.csv")
CONFIG = Path("config/rl_monitor.json")
DEFAULTS = {"poll_seconds": 5, "reward_floor": -0.5, "window": 100}

logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
log = logging.getLogger("rl_monitor")


def load_config() -> dict:
    if CONFIG.exists():
        return DEFAULTS | json.loads(CONFIG.read_text())
    return DEFAULTS


def open_csv(path):
    """Open the CSV for appending, with a header when it is new."""
    is_new = not os.path.exists(path)
    fh = open(path, "a", newline="")
    writer = csv.writer(fh)
    if is_new:
        writer.writerow(["time", "symbol", "reward", "mean"])
    return fh, writer


def main():
    config = load_config()
    client = redis.Redis(host=os.getenv("REDIS_HOST", "localhost"), decode_responses=True)
    fh, writer = open_csv(CSV_LOG)
    window = deque(maxlen=config["window"])
    last = "$"

    while True:
        for _, messages in client.xread({"quantum:stream:rl.reward": last}, block=5000) or []:
            for last, fields in messages:
                event = json.loads(fields["data"])
                window.append(event["reward"])
                mean = sum(window) / len(window)
                writer.writerow([int(time.time()), event["symbol"], event["reward"], round(mean, 5)])
                if mean < config["reward_floor"]:
                    log.warning("mean reward %.3f below %.3f", mean, config["reward_floor"])
        fh.flush()
        time.sleep(config["poll_seconds"])


if __name__ == "__main__":
    main()
