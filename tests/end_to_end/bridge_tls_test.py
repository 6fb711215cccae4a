#!/usr/bin/env python3
"""Backends that a certificate names: roles and namespaces by subject alternative name."""
import pathlib
import tempfile
import unittest

import grpc

from certificates import Pair
from hub import Hub, bridge_pb2, bridge_pb2_grpc, run

SETTINGS = """
bridge:
  certificates:
    - name: shop
      subject: localhost
      roles: [publish]
      namespaces: [chat]
"""


class CertificateTest(unittest.TestCase):
    """A hub that knows one certificate."""

    def test_a_certificate_opens_what_its_roles_and_namespaces_say(self):
        with tempfile.TemporaryDirectory(prefix="roomcast-tls-") as folder:
            pair = Pair(folder)
            caller = pathlib.Path(folder) / "caller.pem"
            caller_key = pathlib.Path(folder) / "caller-key.pem"
            pair.make(caller, caller_key)
            config = pathlib.Path(folder) / "hub.yaml"
            config.write_text(SETTINGS, encoding="utf-8")
            with Hub("--config", str(config), *pair.flags("bridge"), "--set",
                     f"listeners.bridge.tls.client_ca_file={caller}") as hub:
                credentials = grpc.ssl_channel_credentials(
                    pair.certificate.read_bytes(), private_key=caller_key.read_bytes(),
                    certificate_chain=caller.read_bytes())
                with grpc.secure_channel(hub.bridge, credentials,
                                         options=[("grpc.enable_http_proxy", 0)]) as channel:
                    stub = bridge_pb2_grpc.BridgeStub(channel)
                    text = bridge_pb2.NewPublication(text="hello")
                    published = stub.Publish(bridge_pb2.PublishRequest(
                        room="chat:certified", publication=text), timeout=20)
                    self.assertEqual(published.position.offset, 1)
                    for call, request in (
                            (stub.Publish, bridge_pb2.PublishRequest(room="news", publication=text)),
                            (stub.JoinUser, bridge_pb2.JoinUserRequest(user="ada", room="chat:1")),
                            (stub.Drain, bridge_pb2.DrainRequest())):
                        with self.assertRaises(grpc.RpcError) as caught:
                            call(request, timeout=20)
                        self.assertEqual(caught.exception.code(), grpc.StatusCode.PERMISSION_DENIED)
                words = ("publish", "chat:certified", "hello", "--bridge", hub.bridge, "--ca", str(pair.certificate))
                ended = run(*words, "--cert", str(caller), "--cert-key", str(caller_key))
                self.assertEqual((ended.returncode, ended.stdout), (0, "chat:certified 2\n"), ended.stderr)
                self.assertEqual(run(*words).returncode, 3, "without one it does not get in")
                self.assertNotIn(caller_key.read_text(encoding="utf-8"), hub.said())

    def test_certificates_that_nobody_is_asked_for_keep_the_hub_from_starting(self):
        with tempfile.TemporaryDirectory(prefix="roomcast-tls-") as folder:
            config = pathlib.Path(folder) / "hub.yaml"
            config.write_text(SETTINGS, encoding="utf-8")
            ended = run("serve", "--dev", "--config", str(config), "--port", "0")
            self.assertEqual(ended.returncode, 2, ended.stderr)
            self.assertIn("client_ca_file", ended.stderr)


if __name__ == "__main__":
    unittest.main()
