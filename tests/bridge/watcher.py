"""A backend that watches rooms, for tests: what it asks for, and what it has heard."""
import queue

import hub_process

hub_process.generate_stubs()
# pylint: disable=wrong-import-position,import-error
from roomcast.v1 import bridge_pb2, client_pb2

PATIENCE = 60


class Watcher:
    """One Watch. Reads when it is asked to, so that a test decides when it is slow."""

    def __init__(self, stub, credit=1 << 40, timeout=PATIENCE):
        self._requests = queue.Queue()
        if credit:
            self.ask(credit_bytes=credit)
        self._call = stub.Watch(iter(self._requests.get, None), timeout=timeout)
        self._events = self._read()
        self._names = {}
        self._fresh = []
        self.instance = None
        self.epochs = {}
        self.reached = {}

    def ask(self, **request):
        """Sends a WatchRequest."""
        self._requests.put(bridge_pb2.WatchRequest(**request))

    def add(self, number, **what):
        """Sends one WatchAdd; `since` is a (epoch, offset)."""
        since = what.pop("since", None)
        add = bridge_pb2.WatchAdd(id=number, **what)
        if since is not None:
            add.position.CopyFrom(client_pb2.Position(epoch=since[0], offset=since[1]))
        self.ask(add=[add])

    def position(self, room):
        """Where this reader stands, to go on from."""
        return self.epochs[room], self.reached[room]

    def cut(self):
        """Ends it as a lost process would."""
        self._call.cancel()
        self._requests.put(None)

    def end(self):
        """The status with which the hub ends it."""
        try:
            for _ in self._events:
                pass
        except Exception as error:  # grpc.RpcError has no name in common with its call
            return error
        return None

    def next(self, kind=None):
        """The next event; of this kind, where it is given, the others being passed over."""
        for event in self._events:
            if kind is None or event.WhichOneof("body") == kind:
                return event
        raise AssertionError("the stream ended")

    def publications(self, count):
        """So many publications that were not heard before, as (room, offset, data)."""
        heard = []
        while len(heard) < count:
            self.next("room_batch")
            heard += self._fresh
            self._fresh = []
        return heard

    def _read(self):
        for response in self._call:
            for event in response.events:
                self._note(event)
                yield event

    def _note(self, event):
        kind = event.WhichOneof("body")
        if kind == "opened":
            self.instance = event.opened.instance
        elif kind == "joined":
            joined = event.joined
            self._names[joined.handle] = joined.room
            self.epochs[joined.room] = joined.position.epoch
            self.reached[joined.room] = joined.start
        elif kind == "gap":
            self.reached[self._names[event.gap.handle]] = event.gap.to
        elif kind == "reset":
            room = self._names[event.reset.handle]
            self.epochs[room] = event.reset.position.epoch
            self.reached[room] = event.reset.position.offset
        elif kind == "room_batch":
            self._fresh += self._heard(event.room_batch)

    def _heard(self, batch):
        room = self._names[batch.handle]
        for one in batch.publications:
            # A page may overlap what came before; ephemeral ones have no place.
            if 0 < one.offset <= self.reached[room]:
                continue
            if one.offset:
                self.reached[room] = one.offset
            yield room, one.offset, one.data
