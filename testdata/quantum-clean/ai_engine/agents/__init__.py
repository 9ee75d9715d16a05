"""Trained agents."""
