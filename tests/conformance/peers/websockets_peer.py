#!/usr/bin/env python3
"""Debian's python3-websockets."""
import asyncio

import websockets
from script import SCRIPT, data_of, pieces_of, tell, tell_end, tell_pong


async def main():
    """Runs the script."""
    async with websockets.connect(
            SCRIPT["url"], subprotocols=SCRIPT["subprotocols"] or None, max_size=None,
            compression="deflate" if SCRIPT["deflate"] else None, ping_interval=None) as socket:
        for step in SCRIPT["steps"]:
            if step["send"] == "ping":
                payload = bytes.fromhex(step["data"])
                await (await socket.ping(payload))
                tell_pong(payload)
                continue
            pieces = pieces_of(step)
            await socket.send(pieces if len(pieces) > 1 else data_of(step))
            tell(await socket.recv())
        extensions = socket.extensions
    tell_end(socket.close_code, extensions)


asyncio.run(main())
