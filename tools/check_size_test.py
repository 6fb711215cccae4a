"""A package on the right side of the limit passes, one beyond it fails, and imports are weighed."""

import json
import pathlib
import random
import subprocess
import tempfile
import unittest

CHECK = pathlib.Path(__file__).with_name("check_size")


class CheckSizeTest(unittest.TestCase):

    def weigh(self, files, exports):
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "package.json").write_text(json.dumps({"exports": exports}))
            for name, data in files.items():
                pathlib.Path(folder, name).write_bytes(data)
            return subprocess.run([CHECK, folder], capture_output=True, text=True, check=False)

    def test_the_default_entry_and_what_it_imports_are_weighed(self):
        # Hexadecimal noise: gzip makes half of it.
        noise = random.Random(1).randbytes(20_000).hex().encode()
        files = {"index.js": b'import { a } from "./core.js";\n', "core.js": noise,
                 "external.js": noise[:10_000], "core.wasm": b"\0asm"}
        exports = {".": {"types": "./index.d.ts", "default": "./index.js"},
                   "./external": "./external.js", "./roomcast_sdk.wasm": "./core.wasm"}
        outcome = self.weigh(files, exports)
        self.assertEqual(outcome.returncode, 0, outcome)
        self.assertIn("(2 modules)", outcome.stdout)

        for name in ("core.js", "external.js", "core.wasm"):
            heavier = files | {name: noise + noise[::-1]}
            outcome = self.weigh(heavier, exports)
            self.assertEqual(outcome.returncode, 1, outcome)
            self.assertEqual(outcome.stdout.count("over the limit of"), 1, outcome)

    def test_what_was_not_built_is_a_failure(self):
        outcome = self.weigh({}, {".": "./index.js"})
        self.assertEqual(outcome.returncode, 1)
        self.assertIn("index.js is missing", outcome.stderr)


if __name__ == "__main__":
    unittest.main()
