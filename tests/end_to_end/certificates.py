"""Certificates for tests, made with openssl: signed by themselves, for loopback."""
import pathlib
import ssl
import subprocess


class Pair:
    """chain.pem and key.pem in a folder; renew() writes another pair over them."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.certificate = self.folder / "chain.pem"
        self.key = self.folder / "key.pem"
        self.renew()

    def make(self, certificate, key):
        """A new pair into these files; its serial number."""
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
             "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", certificate],
            check=True, capture_output=True)
        return serial_of(certificate)

    def renew(self):
        """As a careful tool does: whole files, renamed into place."""
        self.serial = self.make(self.folder / "chain.new", self.folder / "key.new")
        (self.folder / "key.new").rename(self.key)
        (self.folder / "chain.new").rename(self.certificate)
        return self.serial

    def flags(self, door="public"):
        """What a hub is told."""
        return ("--set", f"listeners.{door}.tls.certificate_file={self.certificate}",
                "--set", f"listeners.{door}.tls.key_file={self.key}")


def serial_of(certificate):
    """The serial number of a certificate in PEM."""
    return subprocess.run(["openssl", "x509", "-noout", "-serial", "-in", certificate],
                          capture_output=True, text=True, check=True).stdout.strip()


def trusting(certificate):
    """A client's context that believes in this one alone."""
    context = ssl.create_default_context(cafile=str(certificate))
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def careless():
    """A client's context that believes in everything."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
