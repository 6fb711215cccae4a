"""The counts that ./dev test ends with, from logs as their writers write them."""

import pathlib
import subprocess
import tempfile
import unittest

COUNT = pathlib.Path(__file__).with_name("count_tests")

CTEST = """
1/3 Test #1: heartbeat.AnySignOfLife ...   Passed    0.01 sec
The following tests did not run:
\t  2 - schema.NeedsMore (Skipped)

97% tests passed, 1 tests failed out of 30

The following tests FAILED:
\t  3 - hub.Order (Failed)
Errors while running CTest
"""

UNITTEST = """== tests/a_test.py
test_a (__main__.A) ... ok
Ran 4 tests in 0.010s

OK (skipped=1)
== tests/b_test.py
Ran 5 tests in 0.010s

FAILED (failures=1, errors=1)
== tests/c_test.py
Ran 2 tests in 0.010s

OK
"""


class CountTestsTest(unittest.TestCase):

    def count(self, kind, log):
        with tempfile.NamedTemporaryFile("w", suffix=".log") as file:
            file.write(log)
            file.flush()
            return subprocess.run([COUNT, kind, file.name], capture_output=True, text=True,
                                  check=True).stdout.strip()

    def test_ctest(self):
        self.assertEqual(self.count("ctest", CTEST), "28 1")
        self.assertEqual(self.count("ctest", "100% tests passed, 0 tests failed out of 7\n"), "7 0")

    def test_unittest_adds_files_up_and_leaves_skipped_ones_out(self):
        self.assertEqual(self.count("unittest", UNITTEST), "8 2")

    def test_a_python_file_that_runs_nothing_has_failed(self):
        self.assertEqual(self.count("unittest", "== tests/a_test.py\n"), "0 1")
        self.assertEqual(
            self.count("unittest", "== tests/a_test.py\nTraceback\nImportError: x\n"), "0 1")

    def test_node_writes_two_ways(self):
        self.assertEqual(self.count("node", "# tests 9\n# pass 7\n# fail 1\n# cancelled 1\n"), "7 2")
        self.assertEqual(self.count("node", "ℹ tests 3\nℹ pass 3\nℹ fail 0\n"), "3 0")

    def test_a_log_without_counts_counts_nothing(self):
        self.assertEqual(self.count("ctest", "ninja: error\n"), "0 0")


if __name__ == "__main__":
    unittest.main()
