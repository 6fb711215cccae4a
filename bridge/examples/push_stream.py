#!/usr/bin/env python3
"""A backend that pushes many messages over one stream, and comes back after a cut.

push_stream.py [ROOM [COUNT [BRIDGE]]], by default chat:lobby, 1000 and 127.0.0.1:8081.
"""
import os
import queue
import sys
import time

import grpc

from roomcast_stubs import bridge_pb2, bridge_pb2_grpc

BATCH = 64

room = sys.argv[1] if len(sys.argv) > 1 else "chat:lobby"
count = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
address = sys.argv[3] if len(sys.argv) > 3 else "127.0.0.1:8081"
bridge = bridge_pb2_grpc.BridgeStub(grpc.insecure_channel(address))
# Names this producer. What it numbered is known again after a cut, by the same life of the hub.
producer = os.urandom(16)
instance = ""
# By number, in their order: what has no acknowledgement yet.
waiting = {number: bridge_pb2.PublishItem(
    number=number, room=room, publication=bridge_pb2.NewPublication(text=f"message {number}"))
    for number in range(1, count + 1)}
sent = set()


def push_until_cut():
    """One stream: sends what waits as far as there are credits, and takes acknowledgements off."""
    global instance  # pylint: disable=global-statement
    requests = queue.Queue()
    requests.put(bridge_pb2.PublishStreamRequest(open=bridge_pb2.PublishStreamOpen(
        producer=producer, instance=instance)))
    unsent = None
    credits = 0
    for response in bridge.PublishStream(iter(requests.get, None)):
        if response.HasField("opened"):
            if instance not in ("", response.opened.instance):
                # Another life of the hub: whether these took effect nobody knows.
                for number in sorted(sent & waiting.keys()):
                    print(f"message {number}: outcome unknown", flush=True)
                    del waiting[number]
            instance = response.opened.instance
            unsent = list(waiting.values())
        for ack in response.acks:
            if ack.HasField("error"):
                print(f"message {ack.number}: {ack.error.message}", flush=True)
            waiting.pop(ack.number, None)
        if not waiting:
            requests.put(None)
            continue
        credits += response.credits
        while unsent and credits > 0:
            batch = unsent[:min(BATCH, credits)]
            del unsent[:len(batch)]
            credits -= len(batch)
            sent.update(item.number for item in batch)
            requests.put(bridge_pb2.PublishStreamRequest(items=batch))


while waiting:
    try:
        push_until_cut()
    except grpc.RpcError as error:
        if error.code() not in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED,
                                grpc.StatusCode.UNKNOWN, grpc.StatusCode.INTERNAL):
            raise
        print(f"cut ({error.code().name}), {len(waiting)} to go", flush=True)
        time.sleep(0.2)
print(f"{count} messages are settled", flush=True)
