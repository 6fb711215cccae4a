#!/usr/bin/env python3
"""What all sessions of one user may ask for together, on the real hub."""
import unittest

from hub import HubCase, client_pb2, run, until
from wire import Peer, encode

SECRET = ("--set", "auth.development_secret=a secret of at least thirty-two bytes")
ROOM = "chat:a"


def token_of(user):
    """Good for an hour."""
    return run("token", user, "--dev", *SECRET).stdout.strip()


def publishes(count):
    """So many in one message."""
    return encode(*[client_pb2.ClientMessage(id=2 + number, publish=client_pb2.Publish(room=ROOM, data=b"x"))
                    for number in range(count)])


class UserRatesTest(HubCase):
    """A user may what one session may: a thousand at once, and one a second. So no pause of a busy machine lets more
    through than the test has to spare."""

    FLAGS = (*SECRET, "--shards", "2", "--set", "namespaces.chat.access.publish=anyone",
             "--set", "limits.publishes_per_second=1", "--set", "limits.publish_burst=1000",
             "--set", "limits.commands_per_second=100000", "--set", "limits.command_burst=100000",
             "--set", "limits.user_rate_factor=1")

    def assert_published(self, peer, count):
        """All of them in one go."""
        peer.send(publishes(count))
        for _ in range(count):
            peer.expect("published")

    def test_two_sessions_are_told_to_wait_for_what_each_might_alone(self):
        with Peer(self.hub.port) as first, Peer(self.hub.port) as second, Peer(self.hub.port) as other:
            for peer, user in ((first, "ada"), (second, "ada"), (other, "bob")):
                peer.join(token=token_of(user))
            self.assert_published(first, 700)
            passed = 0
            while (answer := second.publish(ROOM, b"x")).HasField("published"):
                passed += 1
            self.assertLess(passed, 700, "alone it might")
            told = answer.error
            self.assertEqual((told.code, told.temporary), (111, True), told)
            self.assertEqual(told.message, "the most is 1 publishes a second of all the user's sessions")
            self.assertGreater(told.retry_after_ms, 1000, "it owes what passed while the shards told one another")
            until(lambda: first.publish(ROOM, b"x").error.code == 111, "the other session hears of it")
            # Who goes on all the same is ended, and nobody else.
            second.send(publishes(1001))
            closed, before = second.expect_close()
            self.assertEqual(closed.code, 3013)
            self.assertEqual(before[-1].disconnect.code, 3013)
            self.assertTrue(all(each.error.code == 111 for each in before[:-1]), before[-2])
            self.assertEqual(first.publish(ROOM, b"x").error.code, 111)
            self.assert_published(other, 700)


if __name__ == "__main__":
    unittest.main()
