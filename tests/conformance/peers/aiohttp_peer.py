#!/usr/bin/env python3
"""Debian's python3-aiohttp. It sends no fragments."""
import asyncio

import aiohttp
from script import SCRIPT, data_of, tell, tell_end, tell_pong


async def main():
    """Runs the script."""
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(
                SCRIPT["url"], protocols=SCRIPT["subprotocols"], max_msg_size=0, autoping=False,
                compress=15 if SCRIPT["deflate"] else 0) as socket:
            for step in SCRIPT["steps"]:
                if step["send"] == "ping":
                    await socket.ping(bytes.fromhex(step["data"]))
                    answer = await socket.receive()
                    assert answer.type == aiohttp.WSMsgType.PONG, answer
                    tell_pong(answer.data)
                elif step["send"] == "text":
                    await socket.send_str(data_of(step))
                    tell(await socket.receive_str())
                else:
                    await socket.send_bytes(data_of(step))
                    tell(await socket.receive_bytes())
            deflates = socket.compress
            await socket.close()
            tell_end(socket.close_code, deflates)


asyncio.run(main())
