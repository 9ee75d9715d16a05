"""Risk safety: stops trading when a limit is broken, whatever the brains say."""

from __future__ import annotations

import os
import time

import httpx

from microservices.risk_safety.kill_switch import KillSwitch
from microservices.risk_safety.limits import load_limits

try:
    from setproctitle import setproctitle
except ImportError:

    def setproctitle(title: str) -> None:
        """Not installed everywhere."""


CHECK_SECONDS = int(os.getenv("RISK_SAFETY_CHECK_SECONDS", "10"))
ALERT_URL = os.getenv("RISK_SAFETY_ALERT_URL", "")
ALERT_TITLE = os.getenv("RISK_SAFETY_ALERT_TITLE", "kill switch")


def alert(reason: str) -> None:
    if not ALERT_URL:
        return
    try:
        httpx.post(ALERT_URL, json={"title": ALERT_TITLE, "text": reason}, timeout=5.0)
    except httpx.HTTPError as err:
        print(f"alert failed: {err}", flush=True)


def main() -> None:
    setproctitle("quantum-risk-safety")
    switch = KillSwitch(load_limits())
    while True:
        if reason := switch.check():
            print(f"KILL SWITCH: {reason}", flush=True)
            alert(reason)
        time.sleep(CHECK_SECONDS)


if __name__ == "__main__":
    main()
