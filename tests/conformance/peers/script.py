"""What every Python peer reads and prints; README.md of tests/conformance says what it means."""
import hashlib
import json
import sys

SCRIPT = json.load(sys.stdin)


def data_of(step):
    """A step's payload: str for text, else bytes."""
    data = bytes.fromhex(step["data"]) * step.get("times", 1)
    return data.decode() if step["send"] == "text" else data


def pieces_of(step):
    """The payload cut into as many parts as the step says."""
    data = data_of(step)
    size = max(1, -(-len(data) // step.get("pieces", 1)))
    return [data[at:at + size] for at in range(0, len(data), size)] or [data]


def tell(data):
    """Says what came back."""
    kind = "text" if isinstance(data, str) else "binary"
    data = data.encode() if isinstance(data, str) else bytes(data)
    told = {"came": kind, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    if len(data) <= 4096:
        told["data"] = data.hex()
    print(json.dumps(told), flush=True)


def tell_pong(payload):
    """Says that a ping was answered."""
    print(json.dumps({"came": "pong", "data": bytes(payload).hex()}), flush=True)


def tell_end(code, extension):
    """Says how it ended, and whether messages were deflated."""
    print(json.dumps({"closed": code, "deflate": bool(extension)}), flush=True)
