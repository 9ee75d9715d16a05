"""Agents and features that outlived the AI engine container."""

from ai_engine.features import FEATURES, vector

__all__ = ["FEATURES", "vector"]
