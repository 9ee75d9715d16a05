"""Event bus on Redis streams."""

from libs.eventbus.bus import EventBus
from libs.eventbus.streams import StreamReader, publish

__all__ = ["EventBus", "StreamReader", "publish"]
