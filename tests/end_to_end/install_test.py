"""The C++ SDK as a stranger gets it: installed, found by find_package(roomcast), and a program of its own
that talks in a room of the real hub."""
import pathlib
import re
import subprocess
import tempfile
import unittest

from hub import BINARY, PATIENCE, ROOT, Hub, until

BUILD = pathlib.Path(BINARY).parent
COMPILES_WITHIN = 300


def build_example(folder, name, program):
    """Installs the SDK of the build that the hub is from, and builds an example on top of it."""
    prefix, built = folder / "prefix", folder / "build"
    cache = (BUILD / "CMakeCache.txt").read_text(encoding="utf-8")
    sanitize = re.search(r"^ROOMCAST_SANITIZE:\w+=(.*)$", cache, re.M)
    flags = f"-O0 -fsanitize={sanitize[1]}" if sanitize and sanitize[1] else "-O0"
    for command in (
            ["cmake", "--install", BUILD, "--component", "sdk", "--prefix", prefix],
            ["cmake", "-S", ROOT / "client-wasm/examples" / name, "-B", built, "-G", "Ninja",
             f"-DCMAKE_PREFIX_PATH={prefix}", f"-DCMAKE_CXX_FLAGS={flags}",
             "-DCMAKE_CXX_COMPILER_LAUNCHER=ccache"],
            ["cmake", "--build", built]):
        done = subprocess.run(command, capture_output=True, text=True, timeout=COMPILES_WITHIN,
                              check=False)
        if done.returncode:
            raise AssertionError(f"{command}: {done.stdout}\n{done.stderr}")
    return built / program


class Talker:
    """The example, with a terminal of pipes."""

    def __init__(self, program, room, port):
        url = f"ws://127.0.0.1:{port}/ws"
        with tempfile.NamedTemporaryFile("w", dir=program.parent, delete=False) as out:
            self._process = subprocess.Popen([program, room, url], stdin=subprocess.PIPE,
                                             stdout=out, stderr=out, text=True)
        self._out = pathlib.Path(out.name)

    def told(self):
        """Every line so far."""
        return self._out.read_text(encoding="utf-8").splitlines()

    def hears(self, end):
        """Waits for a line that ends so."""
        until(lambda: any(line.endswith(end) for line in self.told()), f"a line that ends {end}")

    def say(self, text):
        """Types a line."""
        self._process.stdin.write(text + "\n")
        self._process.stdin.flush()

    def end(self):
        """The end of its input; its exit status."""
        self._process.stdin.close()
        return self._process.wait(PATIENCE)


class InstalledSdk(unittest.TestCase):
    """Programs of strangers."""

    def test_an_application_is_tested_without_a_network(self):
        """The public testing transport, linked from where it was installed."""
        with tempfile.TemporaryDirectory() as folder:
            program = build_example(pathlib.Path(folder), "unread_count", "unread_count_test")
            done = subprocess.run([program], capture_output=True, text=True, timeout=PATIENCE,
                                  check=False)
            self.assertEqual((done.returncode, done.stdout.count("ok  ")), (0, 4), done)

    def test_two_programs_talk(self):
        """What is typed in one is heard in the other, and acknowledged with its offset."""
        with tempfile.TemporaryDirectory() as folder, Hub() as hub:
            program = build_example(pathlib.Path(folder), "console_chat", "console_chat")
            ann, bob = (Talker(program, "chat:console", hub.port) for _ in range(2))
            try:
                ann.hears("joined chat:console")
                bob.hears("joined chat:console")
                ann.say("hello from a terminal")
                ann.hears("said #1")
                bob.hears(": hello from a terminal")
                bob.say("and back")
                ann.hears(": and back")
            finally:
                ended = [ann.end(), bob.end()]
            self.assertEqual(ended, [0, 0])


if __name__ == "__main__":
    unittest.main()
