"""The page of the trade journal."""

from __future__ import annotations

from datetime import datetime

from libs.reporting import summarise


def page(title: str, day: datetime, trades: list[dict]) -> str:
    total = summarise(trades)
    lines = [
        f"# {title}, {day:%d %B %Y}",
        "",
        f"{total['trades']} trades, PnL {total['pnl']:+.2f} USDT, win rate {total['win_rate']:.0%}",
        "",
        "| symbol | side | PnL |",
        "|---|---|---|",
    ]
    lines += [f"| {t['symbol']} | {t['side']} | {float(t['pnl']):+.2f} |" for t in trades]
    return "\n".join(lines) + "\n"
