"""What shrink_wasm keeps, drops and refuses, on modules of a few functions."""

import pathlib
import shutil
import subprocess
import tempfile
import unittest

SHRINK = pathlib.Path(__file__).with_name("shrink_wasm")


def opt(*words):
    return subprocess.run(["wasm-opt", *words], capture_output=True, text=True, check=True).stdout


@unittest.skipUnless(shutil.which("wasm-opt"), "comes with Emscripten")
class ShrinkWasmTest(unittest.TestCase):

    def shrink(self, text):
        """How it ended, and the module's text afterwards."""
        with tempfile.TemporaryDirectory() as folder:
            source, module = pathlib.Path(folder, "source.wat"), pathlib.Path(folder, "module")
            source.write_text(text)
            opt(source, "-o", module)
            ended = subprocess.run([SHRINK, module], capture_output=True, text=True, check=False)
            return ended, opt(module, "-S", "-o", "-")

    def test_what_the_package_calls_stays_and_glue_goes(self):
        ended, text = self.shrink("""(module
          (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
          (memory 1) (export "memory" (memory 0))
          (func (export "_initialize") (nop))
          (func $save (export "stackSave") (result i32) (i32.const 7))
          (func (export "rc_one") (result i32) (call $exit (i32.const 1)) (i32.const 1))
          (func (export "rc_two") (result i32) (i32.const 2)))""")
        self.assertEqual(ended.returncode, 0, ended.stderr)
        for kept in ('(export "memory"', '(export "rc_one"', '(export "rc_two"', "(unreachable)"):
            self.assertIn(kept, text)
        for gone in ("import", "_initialize", "stackSave"):
            self.assertNotIn(gone, text)

    def test_a_constructor_that_would_not_run_is_refused(self):
        ended, _ = self.shrink("""(module
          (global $set (mut i32) (i32.const 0))
          (func (export "_initialize") (global.set $set (i32.const 1)))
          (func (export "rc_one") (result i32) (global.get $set)))""")
        self.assertNotEqual(ended.returncode, 0)
        self.assertIn("constructors", ended.stderr)

    def test_an_import_that_nobody_gives_is_refused(self):
        ended, _ = self.shrink("""(module
          (import "env" "now" (func $now (result f64)))
          (func (export "rc_one") (result f64) (call $now)))""")
        self.assertNotEqual(ended.returncode, 0)
        self.assertIn("imports", ended.stderr)


if __name__ == "__main__":
    unittest.main()
