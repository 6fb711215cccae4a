"""A WebSocket client on a bare socket: what a well-behaved client does, and whatever else bytes can."""
import base64
import hashlib
import os
import socket
import struct
import zlib

from hub import PATIENCE, client_pb2

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
# Its place in `rsv`: the message is deflated.
DEFLATED = 4


def upgrade_request(port, *, path="/ws", **changes):
    """The request of a well-behaved client; a changed header's None leaves it out."""
    headers = {"Host": f"127.0.0.1:{port}", "Connection": "Upgrade", "Upgrade": "websocket",
               "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
               "Sec-WebSocket-Protocol": "roomcast.v1"}
    headers.update({name.replace("_", "-"): value for name, value in changes.items()})
    lines = [f"GET {path} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in headers.items() if value is not None]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def frame(opcode, payload=b"", *, fin=True, mask=True, rsv=0, length=None, field=None):
    """One WebSocket frame; `length` declares another length than the payload has, and `field` (2 or 8)
    writes it in so many bytes, whether it needs them or not."""
    size = len(payload) if length is None else length
    head = bytes([(fin << 7) | (rsv << 4) | opcode])
    bit = mask << 7
    if size < 126 and field is None:
        head += bytes([bit | size])
    elif size < 65536 and field != 8:
        head += struct.pack("!BH", bit | 126, size)
    else:
        head += struct.pack("!BQ", bit | 127, size)
    if not mask:
        return head + payload
    key = os.urandom(4)
    stream = key * (len(payload) // 4 + 1)
    masked = int.from_bytes(payload, "big") ^ int.from_bytes(stream[:len(payload)], "big")
    return head + key + masked.to_bytes(len(payload), "big")


def deflate(payload, flush=zlib.Z_SYNC_FLUSH):
    """A message's payload as RFC 7692 wants it; with Z_FINISH in a last block."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    deflated = compressor.compress(payload) + compressor.flush(flush)
    return deflated[:-4] if flush == zlib.Z_SYNC_FLUSH else deflated + b"\0"


def encode(*messages):
    """ClientMessages as one binary WebSocket frame."""
    return frame(BINARY, client_pb2.ClientFrame(messages=messages).SerializeToString())


def hello(joins=(), **fields):
    """A Hello for these rooms."""
    fields.setdefault("protocol_version", 1)
    fields.setdefault("producer", os.urandom(16))
    rooms = [client_pb2.Join(room=room) for room in joins]
    return client_pb2.ClientMessage(id=1, hello=client_pb2.Hello(joins=rooms, **fields))


class Closed(Exception):
    """The hub's close frame came. `code` 1006: the connection ended without one."""

    def __init__(self, code, reason=""):
        super().__init__(f"closed with {code} {reason}")
        self.code = code
        self.reason = reason


class Peer:
    """A connection to the hub. Bytes in, ServerMessages out."""

    def __init__(self, port, receive_buffer=None):
        self.port = port
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(("127.0.0.1", port))
        self.bytes = b""
        self.messages = []
        self.pongs = []
        self.inflated = 0  # messages that came deflated
        self.next_id = 2
        self.handles = {}
        self.joined_by_hub = {}

    def close(self):
        """Cuts the connection."""
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()

    def send(self, data):
        """Bytes as they are. What the hub does not take any more is lost, as on any network."""
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def upgrade(self, extra=b"", deflate=False):  # pylint: disable=redefined-outer-name
        """The handshake; `extra` goes out in the same packet."""
        offer = "permessage-deflate; client_max_window_bits" if deflate else None
        self.send(upgrade_request(self.port, Sec_WebSocket_Extensions=offer) + extra)
        status, headers = self.response_head()
        assert status == 101, status
        key = hashlib.sha1(b"dGhlIHNhbXBsZSBub25jZQ==" + GUID.encode()).digest()
        assert headers["sec-websocket-accept"] == base64.b64encode(key).decode(), headers
        assert headers["sec-websocket-protocol"] == "roomcast.v1", headers
        assert deflate == ("sec-websocket-extensions" in headers), headers
        return self

    def join(self, *rooms, deflate=False, **fields):  # pylint: disable=redefined-outer-name
        """Handshake and Hello; returns Welcome."""
        self.upgrade(encode(hello(rooms, **fields)), deflate=deflate)
        self.welcome = self.expect("welcome")
        self.handles.update({outcome.joined.handle: outcome.joined.room
                             for outcome in self.welcome.joins})
        return self.welcome

    def _more(self):
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError:
            data = b""
        if not data:
            raise Closed(1006)
        self.bytes += data

    def _take(self, count):
        while len(self.bytes) < count:
            self._more()
        taken, self.bytes = self.bytes[:count], self.bytes[count:]
        return taken

    def response_head(self):
        """An HTTP response's status and headers."""
        while b"\r\n\r\n" not in self.bytes:
            self._more()
        head, self.bytes = self.bytes.split(b"\r\n\r\n", 1)
        lines = head.decode().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines[1:])
        return int(lines[0].split()[1]), {name.lower(): value for name, value in headers.items()}

    def read_frame(self):
        """The next frame's opcode and payload, inflated."""
        first, second = self._take(2)
        assert first & 0x30 == 0 and first & 0x80 and second < 128, "not a frame of our hub"
        size = second
        if size == 126:
            size = struct.unpack("!H", self._take(2))[0]
        elif size == 127:
            size = struct.unpack("!Q", self._take(8))[0]
        payload = self._take(size)
        if first & 0x40:
            self.inflated += 1
            payload = zlib.decompressobj(-15).decompress(payload + b"\0\0\xff\xff")
        return first & 0x0F, payload

    def read_data(self):
        """The next message's opcode and payload; Closed if it is a close frame."""
        opcode, payload = self.read_frame()
        if opcode == CLOSE:
            raise Closed(struct.unpack("!H", payload[:2])[0] if payload else 1005,
                         payload[2:].decode())
        return opcode, payload

    def _step(self):
        opcode, payload = self.read_frame()
        if opcode == CLOSE:
            self.send(frame(CLOSE, payload[:2]))
            code = struct.unpack("!H", payload[:2])[0] if payload else 1005
            raise Closed(code, payload[2:].decode())
        if opcode == PONG:
            self.pongs.append(payload)
        else:
            assert opcode == BINARY, opcode
            self.messages += client_pb2.ServerFrame.FromString(payload).messages

    def read_pong(self):
        """The payload of the next WebSocket pong."""
        while not self.pongs:
            self._step()
        return self.pongs.pop(0)

    def read(self):
        """The next ServerMessage; the hub's pings are answered on the way, its Tops passed over, and rooms
        that it joined by itself noted."""
        while True:
            while not self.messages:
                self._step()
            message = self.messages.pop(0)
            body = message.WhichOneof("body")
            if body == "joined" and message.id == 0:
                self.joined_by_hub[message.joined.room] = message.joined
                self.handles[message.joined.handle] = message.joined.room
                continue
            if body not in ("ping", "tops"):
                return message
            if body == "ping":
                self.send(encode(client_pb2.ClientMessage(
                    pong=client_pb2.Pong(sequence=message.ping.sequence))))

    def expect(self, body):
        """The next message's body, which has to be this one."""
        message = self.read()
        assert message.WhichOneof("body") == body, message
        return getattr(message, body)

    def expect_publication(self, room):
        """The next publication, which has to be of this room and alone."""
        batch = self.expect("room_batch")
        assert self.handles[batch.handle] == room, batch
        assert len(batch.publications) == 1, batch
        return batch.publications[0]

    def expect_close(self):
        """Reads to the end; the Closed with its code, and the messages before it."""
        before = []
        try:
            while True:
                before.append(self.read())
        except Closed as closed:
            return closed, before

    def call(self, **body):
        """One command and its reply; what rooms said before it is passed over."""
        self.next_id += 1
        self.send(encode(client_pb2.ClientMessage(id=self.next_id, **body)))
        while (message := self.read()).id == 0:
            pass
        assert message.id == self.next_id, message
        return message

    def publish(self, room, data, **fields):
        """Publishes; returns the reply."""
        return self.call(publish=client_pb2.Publish(room=room, data=data, **fields))


class Stream:
    """What a member has heard of its only room: in order, and every hole named."""

    def __init__(self, peer):
        self.peer = peer
        self.position = 0
        self.missing = 0

    def take(self):
        """The next message."""
        self.hear(self.peer.read())

    def feed(self, data):
        """Bytes off its socket, where somebody else reads that."""
        peer = self.peer
        peer.bytes += data
        while len(peer.bytes) >= 2:
            extended = {126: 2, 127: 8}.get(peer.bytes[1] & 127, 0)
            size = int.from_bytes(peer.bytes[2:2 + extended], "big") if extended else peer.bytes[1] & 127
            if len(peer.bytes) < 2 + extended + size:
                return
            opcode, payload = peer.read_frame()
            assert opcode == BINARY, (opcode, payload)
            for message in client_pb2.ServerFrame.FromString(payload).messages:
                self.hear(message)

    def hear(self, message):
        """One message."""
        body = message.WhichOneof("body")
        if body == "ping":
            self.peer.send(encode(client_pb2.ClientMessage(pong=client_pb2.Pong(sequence=message.ping.sequence))))
        elif body == "gap":
            assert getattr(message.gap, "from") == self.position + 1, (self.position, message)
            self.missing += message.gap.to - self.position
            self.position = message.gap.to
        elif body == "room_batch":
            for each in message.room_batch.publications:
                # What came while it was being caught up comes in the page as well.
                if each.offset > self.position:
                    assert each.offset == self.position + 1, (each.offset, self.position)
                    self.position = each.offset
