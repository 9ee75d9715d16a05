"""RL position sizer: a size for every approved signal."""

from __future__ import annotations

import os

from ai_engine.agents.position_sizing import PositionSizingAgent
from libs.eventbus import StreamReader, publish
from libs.logging_setup import setup_logging

from .policy import clamp

MODEL = os.getenv("RL_SIZER_MODEL", "/data/quantum/models/position_sizing.pt")


def run() -> None:
    log = setup_logging("rl_sizer")
    agent = PositionSizingAgent(MODEL)
    for _, signal in StreamReader("quantum:stream:signal.approved"):
        fraction = clamp(agent.fraction(signal), signal.get("risk", "normal"))
        log.info("%s: %.3f", signal["symbol"], fraction)
        publish("quantum:stream:signal.sized", {**signal, "fraction": fraction})


if __name__ == "__main__":
    run()
