"""AI engine, container only. Lives on the GPU box now, see the README."""

import json
import os

import redis

from ai_engine.features import vector

REDIS_HOST = os.getenv("REDIS_HOST", "quantum_redis")
MODEL_DIR = os.getenv("MODEL_DIR", "/app/models")
STATE_FILE = "/app/data/engine_state.json"


def main() -> None:
    client = redis.Redis(host=REDIS_HOST, decode_responses=True)
    os.makedirs(os.path.dirname(STATE_FILE), exist_ok=True)
    last = "$"
    while True:
        for _, messages in client.xread({"quantum:stream:market.tick": last}, block=5000) or []:
            for last, fields in messages:
                features = vector(json.loads(fields["data"]))
                client.xadd("quantum:stream:ai.features", {"data": json.dumps(features.tolist())})
        with open(STATE_FILE, "w", encoding="utf-8") as fh:
            json.dump({"last": last, "models": os.listdir(MODEL_DIR)}, fh)


if __name__ == "__main__":
    main()
