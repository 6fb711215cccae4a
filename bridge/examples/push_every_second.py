#!/usr/bin/env python3
"""A backend that pushes the time into a room, every second.

push_every_second.py [ROOM [BRIDGE]], by default chat:lobby and 127.0.0.1:8081. Ctrl-C ends it.
"""
import sys
import time

import grpc

from roomcast_stubs import bridge_pb2, bridge_pb2_grpc

room = sys.argv[1] if len(sys.argv) > 1 else "chat:lobby"
address = sys.argv[2] if len(sys.argv) > 2 else "127.0.0.1:8081"
bridge = bridge_pb2_grpc.BridgeStub(grpc.insecure_channel(address))
while True:
    text = time.strftime("It is %H:%M:%S, says the backend.")
    publication = bridge_pb2.NewPublication(text=text, type="message", user="backend")
    request = bridge_pb2.PublishRequest(room=room, publication=publication)
    answer = bridge.Publish(request, timeout=5)
    print(f"{room} {answer.position.offset}: {text}", flush=True)
    time.sleep(1)
