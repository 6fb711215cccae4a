#!/usr/bin/env python3
"""Debian's python3-autobahn."""
import asyncio
import urllib.parse

from autobahn.asyncio.websocket import WebSocketClientFactory, WebSocketClientProtocol
from autobahn.websocket.compress import (PerMessageDeflateOffer, PerMessageDeflateResponse,
                                         PerMessageDeflateResponseAccept)
from script import SCRIPT, data_of, pieces_of, tell, tell_end, tell_pong


class Peer(WebSocketClientProtocol):
    """Runs the script, a step for each thing that comes."""

    ended = None

    def onConnect(self, response):
        self.extensions = response.extensions

    def onOpen(self):
        self.steps = iter(SCRIPT["steps"])
        self.run_next()

    def run_next(self):
        """Sends what the next step says; after the last one, closes."""
        step = next(self.steps, None)
        if step is None:
            self.sendClose(1000)
        elif step["send"] == "ping":
            self.sendPing(bytes.fromhex(step["data"]))
        else:
            pieces = pieces_of(step)
            data = data_of(step)
            raw = data.encode() if isinstance(data, str) else data
            self.sendMessage(raw, isBinary=step["send"] == "binary",
                             fragmentSize=-(-len(raw) // len(pieces)) or None)

    def onMessage(self, payload, isBinary):
        tell(payload if isBinary else payload.decode())
        self.run_next()

    def onPong(self, payload):
        tell_pong(payload)
        self.run_next()

    def onClose(self, wasClean, code, reason):
        tell_end(code if wasClean else 1006, self.extensions)
        Peer.ended.set_result(None)


def accept(response):
    """Takes what the server agreed to."""
    if isinstance(response, PerMessageDeflateResponse):
        return PerMessageDeflateResponseAccept(response)
    return None


async def main():
    """Connects, and waits for the end."""
    loop = asyncio.get_running_loop()
    Peer.ended = loop.create_future()
    factory = WebSocketClientFactory(SCRIPT["url"], protocols=SCRIPT["subprotocols"])
    factory.protocol = Peer
    if SCRIPT["deflate"]:
        factory.setProtocolOptions(perMessageCompressionOffers=[PerMessageDeflateOffer()],
                                   perMessageCompressionAccept=accept)
    address = urllib.parse.urlsplit(SCRIPT["url"])
    await loop.create_connection(factory, address.hostname, address.port,
                                 ssl=factory.isSecure or None)
    await Peer.ended


asyncio.run(main())
