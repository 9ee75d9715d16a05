"""Sentiment feed: headlines in, a score per source out."""

from __future__ import annotations

import argparse
import os
import time

import httpx

from libs.eventbus import publish
from libs.logging_setup import setup_logging
from microservices.sentiment_feed.cache import HeadlineCache

SOURCES = {
    "coindesk": "https://www.coindesk.com/arc/outboundfeeds/rss/",
    "e24": "https://e24.no/rss2",
    "børsen": "https://borsen.dk/rss",
}
BAD_WORDS = ("hack", "crash", "ban", "lawsuit", "konkurs")
GOOD_WORDS = ("record", "approval", "inflow", "rekord")


def score(text: str) -> float:
    text = text.lower()
    good = sum(text.count(word) for word in GOOD_WORDS)
    bad = sum(text.count(word) for word in BAD_WORDS)
    return (good - bad) / (good + bad) if good + bad else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=300)
    args = parser.parse_args()

    log = setup_logging("sentiment_feed")
    cache = HeadlineCache()
    names = os.getenv("SENTIMENT_SOURCES", "coindesk").split(",")

    while True:
        for name in names:
            try:
                text = httpx.get(SOURCES[name], timeout=10.0, follow_redirects=True).text
            except (httpx.HTTPError, KeyError) as err:
                log.warning("%s: %r", name, err)
                continue
            if cache.is_new(name, text):
                publish("quantum:stream:sentiment", {"source": name, "score": score(text)})
        time.sleep(args.every)


if __name__ == "__main__":
    main()
