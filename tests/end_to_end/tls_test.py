#!/usr/bin/env python3
"""TLS at the public port and at the bridge: who may come in, who is told off, certificates that change."""
import contextlib
import os
import pathlib
import signal
import socket
import ssl
import tempfile
import threading
import time
import unittest

import grpc

import memory
from certificates import Pair, careless, trusting
from hub import Hub, bridge_pb2, bridge_pb2_grpc, raise_descriptors, run, until
from story import AT_ONCE_S
from wire import Peer, encode, hello, upgrade_request

FAILED = 'roomcast_tls_failures_total{reason="%s"}'
RELOADED = 'roomcast_certificates_reloaded_total{result="%s"}'
CHAT = ("--set", "namespaces.chat.access.publish=anyone")


class SecurePeer(Peer):
    """A client that speaks TLS."""

    def __init__(self, port, context, **options):
        super().__init__(port)
        self.socket = context.wrap_socket(self.socket, server_hostname="127.0.0.1", **options)


def shown_serial(port):
    """Of the certificate that a new connection is shown."""
    with SecurePeer(port, careless()) as peer:
        der = peer.socket.getpeercert(binary_form=True)
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(ssl.DER_cert_to_PEM_cert(der))
        file.flush()
        return serial(file.name)


def serial(path):
    """Serial numbers are what tells our certificates apart."""
    from certificates import serial_of  # pylint: disable=import-outside-toplevel
    return serial_of(path)


class TlsCase(unittest.TestCase):
    """One hub with TLS at the public port for all of a class' tests."""

    FLAGS = ()

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="roomcast-tls-")
        cls.pair = Pair(cls.folder.name)
        cls.hub = Hub(*cls.pair.flags(), *CHAT, *cls.FLAGS)

    @classmethod
    def tearDownClass(cls):
        code = cls.hub.terminate()
        said = cls.hub.said()
        cls.hub.end()
        cls.folder.cleanup()
        if code != 0:
            raise AssertionError(f"the hub ended with {code}; it said:\n{said[-4000:]}")

    def peer(self, **options):
        """One that believes in the certificate of now."""
        return SecurePeer(self.hub.port, trusting(self.pair.certificate), **options)


class TalkTest(TlsCase):
    """What goes over TLS is what goes without."""

    def test_clients_talk_over_tls(self):
        with self.peer() as one, self.peer() as two:
            one.join("chat:tls")
            two.join()
            self.assertTrue(two.publish("chat:tls", b"over TLS").HasField("published"))
            self.assertEqual(one.expect_publication("chat:tls").data, b"over TLS")
            self.assertEqual(one.socket.version(), "TLSv1.3")

    def test_the_first_frames_may_come_with_the_request(self):
        with self.peer() as peer:
            peer.upgrade(encode(hello(["chat:tls"])))
            peer.expect("welcome")

    def test_an_http_page_of_the_same_host_is_another_origin(self):
        host = f"127.0.0.1:{self.hub.port}"
        for origin, status in ((f"https://{host}", 101), (f"http://{host}", 403), (None, 101)):
            with self.subTest(origin), self.peer() as peer:
                peer.send(upgrade_request(self.hub.port, Origin=origin))
                self.assertEqual(peer.response_head()[0], status)

    def test_bytes_may_come_one_by_one(self):
        with self.peer() as peer:
            for byte in upgrade_request(self.hub.port) + encode(hello()):
                peer.send(bytes([byte]))
            self.assertEqual(peer.response_head()[0], 101)
            peer.expect("welcome")

    def test_tls_1_2_is_spoken_and_1_1_is_not(self):
        context = trusting(self.pair.certificate)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        with SecurePeer(self.hub.port, context) as peer:
            peer.join()
            self.assertIn("GCM", peer.socket.cipher()[0])
        old = careless()
        old.minimum_version = ssl.TLSVersion.TLSv1
        old.maximum_version = ssl.TLSVersion.TLSv1_1
        old.set_ciphers("ALL:@SECLEVEL=0")
        before = self.hub.metric(FAILED % "version")
        with self.assertRaises(ssl.SSLError):
            SecurePeer(self.hub.port, old)
        until(lambda: self.hub.metric(FAILED % "version") == before + 1, "it is counted")

    def test_http_1_1_is_what_alpn_offers(self):
        context = trusting(self.pair.certificate)
        context.set_alpn_protocols(["h2", "http/1.1"])
        with SecurePeer(self.hub.port, context) as peer:
            self.assertEqual(peer.socket.selected_alpn_protocol(), "http/1.1")
            peer.join()
        context = trusting(self.pair.certificate)
        context.set_alpn_protocols(["h2"])
        with self.assertRaises(ssl.SSLError):
            SecurePeer(self.hub.port, context)
        until(lambda: self.hub.metric(FAILED % "protocol") == 1, "it is counted")

    def test_a_slow_reader_gets_all_of_it_in_order(self):
        """More than socket and outbox hold; records that found the socket full are not lost or doubled."""
        size, count = 15_000, 60
        with self.peer() as reader, self.peer() as writer:
            reader.join("chat:slow-tls")
            writer.join()
            for number in range(count):
                writer.publish("chat:slow-tls", b"%04d" % number + b"x" * size)
            data = []
            while len(data) < count:
                data += [each.data for each in reader.expect("room_batch").publications]
            self.assertEqual([int(each[:4]) for each in data], list(range(count)))
            self.assertTrue(all(len(each) == size + 4 for each in data))

    def test_a_peer_that_says_goodbye_in_tls_is_heard(self):
        with self.peer() as peer:
            peer.join()
            sessions = self.hub.metric("roomcast_sessions")
            # close_notify; the TCP connection itself stays.
            peer.socket.settimeout(10)
            peer.socket.unwrap()
            until(lambda: self.hub.metric("roomcast_sessions") < sessions, "the session has ended")


class MemoryTest(unittest.TestCase):
    """What a TLS connection costs. Its figures mean something with the release build alone:
    ROOMCAST_BINARY=build/release/roomcast ROOMCAST_FIGURES=full."""

    def test_an_idle_tls_connection_costs_little_more_than_openssl_keeps_for_it(self):
        full = os.environ.get("ROOMCAST_FIGURES") == "full"
        count = 4000 if full else 100
        raise_descriptors(count + 200)
        with tempfile.TemporaryDirectory(prefix="roomcast-tls-") as folder:
            pair = Pair(folder)
            secure = self.bytes_per_peer(
                count, pair.flags(), lambda port: SecurePeer(port, trusting(pair.certificate)))
        plain = self.bytes_per_peer(count, (), Peer)
        print(f"\n  {count} idle connections: {secure // 1024} KiB each with TLS, {plain // 1024} KiB without")
        self.assertLess(secure, (40 if full else 400) << 10)

    @staticmethod
    def bytes_per_peer(count, flags, come):
        """What the hub has more for each, when all are in a room and nothing happens."""
        with Hub(*flags, environment=memory.ENVIRONMENT) as hub, contextlib.ExitStack() as stack:
            process = memory.ProcessMemory(hub.process.pid)
            # What the first ones touch of the program is no connection's.
            for _ in range(10):
                with come(hub.port) as peer:
                    peer.join("chat:first")
            before = process.now_bytes()
            for number in range(count):
                stack.enter_context(come(hub.port)).join(f"chat:{number}")
            return (process.now_bytes() - before) // count


class HostileTest(TlsCase):
    """What is no TLS, or a bad one, at the TLS port."""

    FLAGS = ("--set", "timeouts.tls_handshake=2s", "--set", "timeouts.close=2s",
             "--set", "timeouts.upgrade=2s")

    def test_plain_http_is_told_in_plain_words(self):
        before = self.hub.metric(FAILED % "plain_http")
        with Peer(self.hub.port) as peer:
            peer.send(upgrade_request(self.hub.port))
            status, headers = peer.response_head()
            self.assertEqual(status, 400)
            self.assertIn("close", headers["connection"])
            while chunk := peer.socket.recv(65536):
                peer.bytes += chunk
            self.assertIn(b"TLS", peer.bytes)
        self.assertEqual(self.hub.metric(FAILED % "plain_http"), before + 1)

    def test_what_is_no_tls_ends_at_once(self):
        for noise in (b"\x00" * 100, b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n", os.urandom(500),
                      b"\x16\x03\x01\xff\xff" + b"x" * 100):
            before = self.failures()
            began = time.monotonic()
            with Peer(self.hub.port) as peer:
                peer.send(noise)
                peer.socket.settimeout(10)
                try:
                    while peer.socket.recv(65536):
                        pass
                except ConnectionResetError:
                    pass
            self.assertLess(time.monotonic() - began, AT_ONCE_S)
            until(lambda before=before: self.failures() == before + 1, "it is counted")

    def failures(self):
        """All of them, whatever the reason."""
        return sum(self.hub.metric(FAILED % reason) for reason in
                   ("plain_http", "not_tls", "version", "cipher", "protocol", "timeout", "cut", "other"))

    def test_a_handshake_has_one_deadline_from_its_first_byte_to_its_last(self):
        before = self.hub.metric(FAILED % "timeout")
        began = time.monotonic()
        with Peer(self.hub.port) as silent, Peer(self.hub.port) as slow:
            slow.send(b"\x16\x03\x01\x02\x00")
            for peer in (silent, slow):
                peer.socket.settimeout(10)
                self.assertEqual(peer.socket.recv(100), b"")
        self.assertLess(time.monotonic() - began, 2 + AT_ONCE_S)
        self.assertEqual(self.hub.metric(FAILED % "timeout"), before + 2)

    def test_after_the_handshake_the_request_has_a_deadline_of_its_own(self):
        with self.peer() as peer:
            self.assertEqual(peer.response_head()[0], 408)

    def test_who_hangs_up_or_does_not_believe_us_is_counted(self):
        with Peer(self.hub.port) as peer:
            peer.send(b"\x16\x03\x01")
        until(lambda: self.hub.metric(FAILED % "cut") >= 1, "the cut is counted")
        with self.assertRaises(ssl.SSLCertVerificationError):
            SecurePeer(self.hub.port, ssl.create_default_context())
        until(lambda: self.hub.metric(FAILED % "refused_by_peer") >= 1, "the alert is counted")


class RotationTest(unittest.TestCase):
    """Certificates that change under a running hub."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="roomcast-tls-")
        self.pair = Pair(self.folder.name)

    def tearDown(self):
        self.folder.cleanup()

    def test_a_new_pair_is_shown_and_who_is_in_stays(self):
        with Hub(*self.pair.flags(), *CHAT) as hub, \
                SecurePeer(hub.port, trusting(self.pair.certificate)) as peer:
            peer.join("chat:rotation")
            self.assertEqual(shown_serial(hub.port), self.pair.serial)
            # The files change.
            old = self.pair.serial
            expires = hub.metric("roomcast_public_certificate_expires_at_seconds")
            self.assertLess(abs(expires - time.time() - 2 * 86400), 3600)
            self.assertEqual(hub.metric("roomcast_bridge_certificate_expires_at_seconds"), 0)
            new = self.pair.renew()
            until(lambda: shown_serial(hub.port) == new, "the new certificate is shown")
            # SIGHUP asks for it at once.
            new = self.pair.renew()
            hub.process.send_signal(signal.SIGHUP)
            until(lambda: shown_serial(hub.port) == new, "and the next one")
            self.assertNotEqual(old, new)
            # A pair that does not fit changes nothing.
            loaded = hub.metric(RELOADED % "loaded")
            stray = pathlib.Path(self.folder.name) / "stray.pem"
            self.pair.make(stray, self.pair.key)
            until(lambda: hub.metric(RELOADED % "refused") >= 1, "it is counted")
            self.assertEqual(shown_serial(hub.port), new)
            self.pair.certificate.write_text("nonsense", encoding="utf-8")
            until(lambda: hub.metric(RELOADED % "refused") >= 2, "so is nonsense")
            self.assertEqual(shown_serial(hub.port), new)
            self.assertEqual(hub.metric(RELOADED % "loaded"), loaded)
            refused = hub.log_line("certificate refused, the old one stays")
            self.assertEqual(refused["door"], "public")
            self.assertIn("does not belong", refused["reason"])
            self.assertNotIn("BEGIN", hub.said())
            # It was there all the time.
            self.assertTrue(peer.publish("chat:rotation", b"still here").HasField("published"))

    def test_no_handshake_fails_while_certificates_change(self):
        seconds = float(os.environ.get("ROOMCAST_ROTATION_SECONDS", "4"))
        with Hub(*self.pair.flags(), *CHAT) as hub, \
                SecurePeer(hub.port, trusting(self.pair.certificate)) as peer:
            peer.join("chat:rotation")
            done, failures, stop = [0], [], threading.Event()

            def come_and_go():
                while not stop.is_set():
                    try:
                        with SecurePeer(hub.port, careless()) as other:
                            other.join("chat:rotation")
                        done[0] += 1
                    except Exception as error:  # pylint: disable=broad-except
                        failures.append(error)

            threads = [threading.Thread(target=come_and_go) for _ in range(3)]
            for thread in threads:
                thread.start()
            end = time.monotonic() + seconds
            rotations = 0
            while time.monotonic() < end:
                self.pair.renew()
                rotations += 1
                until(lambda: shown_serial(hub.port) == self.pair.serial, "the new one is shown")
            stop.set()
            for thread in threads:
                thread.join()
            self.assertEqual(failures, [])
            self.assertGreater(done[0], 10)
            self.assertGreaterEqual(rotations, 2)
            print(f"\n  {rotations} certificates, {done[0]} handshakes, {len(failures)} failed")
            self.assertTrue(peer.publish("chat:rotation", b"x").HasField("published"))

    def test_what_does_not_fit_at_the_start_keeps_it_from_starting(self):
        stray = pathlib.Path(self.folder.name) / "stray.pem"
        self.pair.make(stray, self.pair.key)
        for door in ("public", "bridge"):
            done = run("serve", "--dev", "--port", "0", "--bridge-port", "0", "--ops-port", "0",
                       *self.pair.flags(door))
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertRegex(done.stderr, rf"listeners\.{door}\.tls.*does not belong")
        self.pair.certificate.unlink()
        done = run("serve", "--dev", "--port", "0", "--bridge-port", "0", "--ops-port", "0",
                   *self.pair.flags())
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("cannot open", done.stderr)


class BridgeTest(unittest.TestCase):
    """The same for backends."""

    def test_a_backend_talks_over_tls_and_sees_the_new_certificate(self):
        with tempfile.TemporaryDirectory(prefix="roomcast-tls-") as folder:
            pair = Pair(folder)
            with Hub(*pair.flags("bridge"), *CHAT) as hub:
                def info():
                    roots = pair.certificate.read_bytes()
                    with grpc.secure_channel(
                            hub.bridge, grpc.ssl_channel_credentials(roots),
                            options=[("grpc.enable_http_proxy", 0)]) as channel:
                        return bridge_pb2_grpc.BridgeStub(channel).GetInfo(
                            bridge_pb2.GetInfoRequest(), timeout=20)

                self.assertEqual(info().shards, 2)
                pair.renew()
                until(lambda: hub.metric(RELOADED % "loaded") >= 1, "it is read")
                self.assertEqual(info().shards, 2)
                done = run("info", "--bridge", hub.bridge, "--ca", str(pair.certificate))
                self.assertEqual(done.returncode, 0, done.stderr)
                plain = run("info", "--bridge", hub.bridge, "--timeout", "3")
                self.assertEqual(plain.returncode, 3, plain.stderr)

    def test_a_client_certificate_can_be_asked_for(self):
        with tempfile.TemporaryDirectory(prefix="roomcast-tls-") as folder:
            pair = Pair(folder)
            caller = pathlib.Path(folder) / "caller.pem"
            caller_key = pathlib.Path(folder) / "caller-key.pem"
            pair.make(caller, caller_key)
            with Hub(*pair.flags("bridge"), "--set",
                     f"listeners.bridge.tls.client_ca_file={caller}") as hub:
                roots = pair.certificate.read_bytes()

                def info(**credentials):
                    with grpc.secure_channel(
                            hub.bridge, grpc.ssl_channel_credentials(roots, **credentials),
                            options=[("grpc.enable_http_proxy", 0)]) as channel:
                        return bridge_pb2_grpc.BridgeStub(channel).GetInfo(
                            bridge_pb2.GetInfoRequest(), timeout=20)

                with self.assertRaises(grpc.RpcError):
                    info()
                known = info(private_key=caller_key.read_bytes(),
                             certificate_chain=caller.read_bytes())
                self.assertEqual(known.shards, 2)


class PlainPortTest(unittest.TestCase):
    """TLS where none is spoken."""

    def test_a_tls_client_at_the_plain_port_is_refused(self):
        with Hub() as hub:
            with self.assertRaises((ssl.SSLError, ConnectionResetError)), \
                    socket.create_connection(("127.0.0.1", hub.port)) as plain:
                careless().wrap_socket(plain)
            until(lambda: hub.metric('roomcast_upgrades_refused_total{reason="tls_hello"}') == 1,
                  "it is counted")


if __name__ == "__main__":
    unittest.main()
