"""Stories of strangers: what one sends, how it ends and when, where that is counted, what it costs, and that
nobody else notices."""
import dataclasses
import time

import memory
from hub import HubCase, until
from wire import Peer

ROOM = "chat:bystander"
# The longest that an end may take which waits for nothing. Generous, for a busy machine and a hub
# under sanitizers; a deadline of the hub is far above it.
AT_ONCE_S = 8
# What a stranger may make a hub under sanitizers take for a moment, whatever it sends: a message of
# the largest size, deflated and inflated, and what allocators keep.
MORE_BYTES_MAX = 4 << 20


def disconnects(code):
    """The series that counts the hub's own ends."""
    return f'roomcast_disconnects_total{{code="{code}"}}'


def frames_refused(reason):
    """The series that counts bad frames."""
    return f'roomcast_frames_refused_total{{reason="{reason}"}}'


def messages_refused(reason):
    """The series that counts well framed messages that are refused."""
    return f'roomcast_messages_refused_total{{reason="{reason}"}}'


@dataclasses.dataclass
class Story:
    """A connection, upgraded, that sends these bytes."""

    name: str
    sends: bytes
    code: int
    counted: str
    welcomed: bool = False   # after Hello and Welcome
    deflate: bool = False    # permessage-deflate was agreed on
    told: int = 0            # Disconnect with this code comes before the close
    within_s: float = AT_ONCE_S
    then_cuts: bool = False  # the connection ends behind the bytes


class StoryCase(HubCase):
    """One hub for all stories: it has to live through every one."""

    ENVIRONMENT = memory.ENVIRONMENT

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.memory = memory.ProcessMemory(cls.hub.process.pid)

    def setUp(self):
        self.bystander = Peer(self.hub.port)
        self.bystander.join(ROOM)
        self.publisher = Peer(self.hub.port)
        self.publisher.join()

    def tearDown(self):
        self.see_that_nobody_noticed()
        self.bystander.close()
        self.publisher.close()

    def see_that_nobody_noticed(self):
        """The next that the bystander hears is what is published now."""
        answer = self.publisher.publish(ROOM, b"still here?")
        self.assertEqual(answer.WhichOneof("body"), "published", answer)
        self.assertEqual(self.bystander.expect_publication(ROOM).data, b"still here?")

    def assert_counted(self, series, before):
        """It was counted once more."""
        until(lambda: self.hub.metric(series) == before + 1, f"{series} rises from {before} by one")

    def see(self, story):
        """Plays it, and sees that it ends as it says, in time and in little memory."""
        with self.memory.bounded(MORE_BYTES_MAX):
            self._play(story)

    def _play(self, story):
        before = self.hub.metric(story.counted)
        with Peer(self.hub.port) as peer:
            if story.welcomed:
                peer.join(deflate=story.deflate)
            else:
                peer.upgrade(deflate=story.deflate)
            began = time.monotonic()
            peer.send(story.sends)
            if story.then_cuts:
                peer.close()
                self.assert_counted(story.counted, before)
                self.see_that_nobody_noticed()
                return
            closed, messages = peer.expect_close()
            took = time.monotonic() - began
        self.assertEqual(closed.code, story.code, closed)
        self.assertLessEqual(took, story.within_s)
        self.assertLessEqual(len(closed.reason.encode()), 123)
        told = [each.disconnect.code for each in messages if each.HasField("disconnect")]
        self.assertEqual(told, [story.told] if story.told else [])
        self.assert_counted(story.counted, before)
        self.see_that_nobody_noticed()
        until(lambda: self.hub.log_line("connection ended", code=story.code),
              "the log says how it ended")
