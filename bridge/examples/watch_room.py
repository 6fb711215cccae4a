#!/usr/bin/env python3
"""A backend that listens to a room, and goes on where it was after a cut.

watch_room.py [ROOM [BRIDGE]], by default chat:lobby and 127.0.0.1:8081. Ctrl-C ends it. With
WATCH_STATE=FILE it keeps there what it has dealt with, and goes on from that when it is started again.
"""
import json
import os
import queue
import sys
import time

import grpc

from roomcast_stubs import bridge_pb2, bridge_pb2_grpc, client_pb2

CREDIT = 1 << 20

room = sys.argv[1] if len(sys.argv) > 1 else "chat:lobby"
address = sys.argv[2] if len(sys.argv) > 2 else "127.0.0.1:8081"
state_file = os.environ.get("WATCH_STATE")
# Where this backend stands in the room's stream: everything up to here is dealt with.
state = {"epoch": 0, "offset": 0}
if state_file and os.path.exists(state_file):
    with open(state_file, encoding="utf-8") as file:
        state = json.load(file)


def handle(publication):
    """What the backend is for."""
    print(f"{room} {publication.offset}: {publication.data.decode(errors='replace')}", flush=True)


def remember():
    """After it was handled: a process that dies in between handles it once more, and loses none."""
    if state_file:
        with open(state_file + ".new", "w", encoding="utf-8") as new:
            json.dump(state, new)
        os.replace(state_file + ".new", state_file)


def watch(bridge):
    """Reads until the stream ends."""
    requests = queue.Queue()
    add = bridge_pb2.WatchAdd(id=1, room=room)
    if state["epoch"]:
        add.position.epoch, add.position.offset = state["epoch"], state["offset"]
    requests.put(bridge_pb2.WatchRequest(add=[add], credit_bytes=CREDIT))
    try:
        read(bridge.Watch(iter(requests.get, None)), requests)
    finally:
        requests.put(None)  # nobody sends any more


def read(responses, requests):
    """Deals with what comes, and says what may come after."""
    for response in responses:
        for event in response.events:
            kind = event.WhichOneof("body")
            if kind == "opened":
                print(f"the hub's instance is {event.opened.instance}", file=sys.stderr)
            elif kind == "joined":
                # Where reading begins. Verdict LOST says that not everything after our position came.
                state.update(epoch=event.joined.position.epoch, offset=event.joined.start)
                print(f"reading after {event.joined.start}, {client_pb2.Verdict.Name(event.joined.verdict)}",
                      file=sys.stderr, flush=True)
            elif kind == "room_batch":
                for publication in event.room_batch.publications:
                    # Ephemeral ones have offset 0; a page may overlap what came before.
                    if 0 < publication.offset <= state["offset"]:
                        continue
                    handle(publication)
                    state["offset"] = max(state["offset"], publication.offset)
                remember()
            elif kind == "gap":
                print(f"missed up to {event.gap.to}", file=sys.stderr)
                state["offset"] = event.gap.to
            elif kind == "reset":
                state.update(epoch=event.reset.position.epoch, offset=event.reset.position.offset)
            elif kind == "left" and event.left.HasField("error"):
                sys.exit(f"the hub refuses: {event.left.error.message}")
        # What was read may be sent again.
        requests.put(bridge_pb2.WatchRequest(credit_bytes=response.ByteSize()))


stub = bridge_pb2_grpc.BridgeStub(
    grpc.insecure_channel(address, options=[("grpc.enable_http_proxy", 0)]))
while True:
    try:
        watch(stub)
    except grpc.RpcError as error:
        if error.code() != grpc.StatusCode.UNAVAILABLE:
            raise
        print("cut off, trying again", file=sys.stderr, flush=True)
    except KeyboardInterrupt:
        break
    time.sleep(0.5)
