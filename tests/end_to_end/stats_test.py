#!/usr/bin/env python3
"""The hub's own figures: who may read them, that they are right over all shards, and that a hub which
nobody watches says nothing."""
import json
import time
import unittest

import grpc

from hub import HubCase, bridge_pb2, bridge_pb2_grpc, client_pb2, run, until
from wire import Peer

SECRET = "a secret for tests, and nothing else"
ROOM = "$sys:stats"


class StatsTest(HubCase):
    """Two shards, whose figures have to be summed."""

    FLAGS = ("--shards", "2", "--set", f"auth.development_secret={SECRET}",
             "--set", "namespaces.chat.access.publish=anyone")

    def token(self, *flags):
        """As an operator makes it."""
        minted = run("token", "operator", *flags, "--dev", "--set", f"auth.development_secret={SECRET}")
        self.assertEqual((minted.returncode, minted.stderr), (0, ""))
        return minted.stdout.strip().encode()

    def figures(self, peer):
        """The next that the hub says."""
        publication = peer.expect_publication(ROOM)
        self.assertEqual((publication.type, publication.encoding), ("stats", client_pb2.ENCODING_JSON))
        return json.loads(publication.data)

    def test_an_operator_hears_them_every_second_and_they_are_right(self):
        with Peer(self.hub.port) as operator, Peer(self.hub.port) as one, Peer(self.hub.port) as two:
            one.join("chat:a", "chat:b")
            two.join("chat:a")
            operator.join(ROOM, token=self.token("--admin"))
            first = self.figures(operator)
            one.publish("chat:a", b"for two")
            two.expect_publication("chat:a")
            later = self.figures(operator)
            while later["total"]["publications"] == first["total"]["publications"]:
                later = self.figures(operator)
            self.assertEqual(later["now"]["connections"], 3)
            # The operator is in its own room, too.
            self.assertEqual(later["now"]["members"], 5)
            self.assertEqual(later["now"]["stats_readers"], 1)
            self.assertEqual(later["shards"], 2)
            self.assertEqual(later["total"]["publications"] - first["total"]["publications"], 1)
            self.assertGreaterEqual(later["total"]["deliveries"] - first["total"]["deliveries"], 2)
            self.assertGreaterEqual(later["at_us"] - first["at_us"], 500_000)
            self.assertGreater(later["memory_bytes"]["resident"], 1 << 20)
            self.assertGreater(sum(later["loop_turn"]["counts"]), sum(first["loop_turn"]["counts"]))

    def test_nobody_else_may(self):
        for token in (b"", self.token()):
            with self.subTest(token=token), Peer(self.hub.port) as peer:
                peer.join(token=token)
                self.assertEqual(peer.call(join=client_pb2.Join(room=ROOM)).error.code, 103)

    def test_no_backend_says_them_but_one_may_read_them(self):
        stub = bridge_pb2_grpc.BridgeStub(
            grpc.insecure_channel(self.hub.bridge, options=[("grpc.enable_http_proxy", 0)]))
        with self.assertRaises(grpc.RpcError) as caught:
            stub.Publish(bridge_pb2.PublishRequest(
                room=ROOM, publication=bridge_pb2.NewPublication(text="lies")))
        self.assertEqual(caught.exception.code(), grpc.StatusCode.PERMISSION_DENIED)

    def test_a_hub_that_nobody_watches_says_nothing(self):
        with Peer(self.hub.port) as operator:
            operator.join(ROOM, token=self.token("--admin"))
            self.figures(operator)
        until(lambda: self.hub.metric("roomcast_stats_readers") == 0, "nobody watches")
        # The main thread looks once a second: in four of them a shard would have been woken three times at
        # least. What the last reader's going set off may still be under way.
        turns = self.hub.metric("roomcast_loop_turn_seconds_count")
        end = time.monotonic() + 4
        until(lambda: time.monotonic() > end, "4 s")
        self.assertLess(self.hub.metric("roomcast_loop_turn_seconds_count") - turns, 3)


if __name__ == "__main__":
    unittest.main()
