"""Trade journal: one Markdown page a day with everything that was closed."""

from __future__ import annotations

import argparse
import time
from datetime import datetime, timezone
from pathlib import Path

from libs.eventbus import StreamReader
from libs.logging_setup import setup_logging

from .render import page


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--title", default="Journal")
    parser.add_argument("--output-dir", default="runtime/journal")
    parser.add_argument("--at", default="23:55", help="UTC time of day the page is written")
    args = parser.parse_args()

    log = setup_logging("trade_journal")
    output = Path(args.output_dir)
    output.mkdir(parents=True, exist_ok=True)

    reader = StreamReader("quantum:stream:trade.closed", block_ms=1000)
    trades: list[dict] = []
    written = None
    while True:
        trades += [trade for _, trade in reader.poll()]
        now = datetime.now(timezone.utc)
        if now.strftime("%H:%M") == args.at and written != now.date():
            target = output / f"{now:%Y-%m-%d}.md"
            target.write_text(page(args.title, now, trades), encoding="utf-8")
            log.info("wrote %s (%d trades)", target, len(trades))
            trades, written = [], now.date()
        time.sleep(1)


if __name__ == "__main__":
    main()
