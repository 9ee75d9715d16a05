"""Quantum Trader services, one package each."""
