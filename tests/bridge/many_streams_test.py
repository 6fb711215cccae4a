#!/usr/bin/env python3
"""10,000 streams at once: as many as may be are open, the others hear so, and nobody else notices."""
import asyncio
import collections
import unittest
import uuid

import grpc

import hub_process
from bridge_client_test import PATIENCE, binary_or_skip, hub_error, text

# pylint: disable=wrong-import-position,import-error
from roomcast.v1 import bridge_pb2, bridge_pb2_grpc

MANY = 10_000
# The bridge carries so many calls on one connection.
A_CONNECTION = 1000
MAY_BE_OPEN = 1024

OPTIONS = [("grpc.enable_http_proxy", 0), ("grpc.use_local_subchannel_pool", 1)]


class ManyStreamsTest(unittest.TestCase):
    """One hub. One loop, too: gRPC's is bound to the first one that it sees."""

    def test_as_many_as_may_be_are_open_and_nobody_else_notices(self):
        with hub_process.HubProcess(binary_or_skip(), "shards: 2\n") as hub:
            asyncio.run(self.crowds(hub))

    async def crowds(self, hub):
        """Of each kind of stream."""
        self.channels = [grpc.aio.insecure_channel(hub.bridge, options=OPTIONS)
                         for _ in range(MANY // A_CONNECTION + 1)]
        self.stubs = [bridge_pb2_grpc.BridgeStub(channel) for channel in self.channels]
        for crowd in (self.of_publish_stream, self.of_watch):
            self.room = f"test-{uuid.uuid4().hex}"
            with self.subTest(crowd.__name__):
                await crowd()
        for channel in self.channels:
            await channel.close()

    async def open_many(self, begin, count=MANY):
        """The calls that were opened, and how often others ended in which way."""
        opened, ends = [], collections.Counter()

        async def one(number):
            call, first = begin(self.stubs[number // A_CONNECTION])
            try:
                await call.write(first)
                if await call.read() is not grpc.aio.EOF:
                    opened.append(call)
                    return
                ends[(await call.code()).name] += 1
            except grpc.RpcError as error:
                ends[(error.code().name, hub_error(error).code)] += 1
            except asyncio.InvalidStateError:
                # It was over before anything was written.
                ends[(await call.code()).name, 114] += 1

        await asyncio.gather(*(one(number) for number in range(count)))
        return opened, dict(ends)

    async def publish_meanwhile(self, stop):
        """Another caller, on a connection of its own: how many calls went well, which is all."""
        count = 0
        while not stop.is_set():
            await self.stubs[-1].Publish(text(self.room), timeout=PATIENCE)
            count += 1
        return count

    async def crowd(self, begin, again):
        """10,000 streams, beside others; and then, when they are gone, one more."""
        stop = asyncio.Event()
        others = asyncio.ensure_future(self.publish_meanwhile(stop))
        opened, ends = await self.open_many(begin)
        stop.set()
        count = await others
        self.assertEqual(len(opened), MAY_BE_OPEN)
        self.assertEqual(ends, {("RESOURCE_EXHAUSTED", 114): MANY - MAY_BE_OPEN})
        answer = await self.stubs[-1].Publish(text(self.room), timeout=PATIENCE)
        self.assertEqual(answer.position.offset, count + 1)
        for call in opened:
            call.cancel()
        # The hub hears of it a moment later.
        end = asyncio.get_running_loop().time() + PATIENCE
        while not await again():
            self.assertLess(asyncio.get_running_loop().time(), end)

    async def of_publish_stream(self):
        """Producers of their own."""
        def begin(stub):
            return stub.PublishStream(timeout=PATIENCE), bridge_pb2.PublishStreamRequest(
                open=bridge_pb2.PublishStreamOpen(producer=uuid.uuid4().bytes))

        async def again():
            opened, _ = await self.open_many(begin, 1)
            for call in opened:
                await call.write(bridge_pb2.PublishStreamRequest(items=[bridge_pb2.PublishItem(
                    number=1, room=self.room,
                    publication=bridge_pb2.NewPublication(text="last"))]))
                self.assertTrue((await call.read()).acks[0].HasField("published"))
            return opened
        await self.crowd(begin, again)

    async def of_watch(self):
        """Of one room."""
        def begin(stub):
            return stub.Watch(timeout=PATIENCE), bridge_pb2.WatchRequest(
                add=[bridge_pb2.WatchAdd(id=1, room=self.room)], credit_bytes=10_000)

        async def again():
            opened, _ = await self.open_many(begin, 1)
            return opened
        await self.crowd(begin, again)


if __name__ == "__main__":
    unittest.main()
