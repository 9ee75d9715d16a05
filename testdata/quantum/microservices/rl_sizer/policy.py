"""Limits around what the agent proposes."""

CAPS = {"low": 0.05, "normal": 0.15, "high": 0.25}


def clamp(fraction: float, risk: str) -> float:
    return max(0.0, min(fraction, CAPS.get(risk, CAPS["normal"])))
