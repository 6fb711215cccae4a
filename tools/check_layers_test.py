"""Plants small trees and sees each rule of check_layers fail, and a clean tree pass."""

import pathlib
import subprocess
import tempfile
import unittest

CHECK = pathlib.Path(__file__).with_name("check_layers")

CLEAN = {
    "proto/README.md": "words\n",
    "proto/protocol/README.md": "words\n",
    "proto/protocol/codes.h": "#include <cstdint>\n",
    "proto/protocol/room_name.h": "#include <string>\n",
    "server/README.md": "words\n",
    "server/hub/README.md": "words\n",
    "server/hub/hub.h": '#include <vector>\n\n#include "proto/protocol/codes.h"\n',
    "bridge/README.md": "words\n",
    "bridge/room_gateway.h": '#include "absl/status/status.h"\n#include "proto/protocol/codes.h"\n',
    "bridge/service.cc": '#include <grpcpp/grpcpp.h>\n#include "roomcast/v1/bridge.grpc.pb.h"\n',
}


class CheckLayersTest(unittest.TestCase):

    def findings(self, planted):
        """The lines that check_layers prints for the clean tree with these files on top."""
        with tempfile.TemporaryDirectory() as folder:
            for name, text in {**CLEAN, **planted}.items():
                path = pathlib.Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                if text is not None:
                    path.write_text(text)
            outcome = subprocess.run([CHECK, folder], capture_output=True, text=True, check=False)
        lines = outcome.stdout.splitlines()[:-1]
        self.assertEqual(outcome.stderr, "")
        self.assertEqual(outcome.returncode == 0, not [line for line in lines if "near" not in line])
        return lines

    def assert_found(self, planted, *expected):
        found = self.findings(planted)
        self.assertEqual(len(found), len(expected), found)
        for line, words in zip(found, expected):
            self.assertIn(words, line)

    def test_a_clean_tree_passes(self):
        self.assertEqual(self.findings({}), [])

    def test_an_arrow_may_not_point_back(self):
        self.assert_found({"proto/protocol/codes.cc": '\n#include "server/hub/hub.h"\n'},
                          "proto/protocol/codes.cc:2: proto/protocol/ may not include server/hub/")
        self.assert_found({"server/hub/hub.cc": '#include "bridge/room_gateway.h"\n'},
                          "server/hub/hub.cc:1: server/hub/ may not include bridge/")

    def test_a_folder_may_be_allowed_one_header_of_another(self):
        words = {"server/net/README.md": "words\n"}
        self.assertEqual(self.findings(
            {**words, "server/net/gateway.h": '#include "bridge/room_gateway.h"\n'}), [])
        self.assert_found({**words, "bridge/other.h": "",
                           "server/net/gateway.h": '#include "bridge/other.h"\n'},
                          "server/net/ may not include bridge/other.h")
        self.assert_found({"proto/protocol/wire.h": "",
                           "bridge/service.h": '#include "proto/protocol/wire.h"\n'},
                          "bridge/ may not include proto/protocol/wire.h")

    def test_libraries_begin_at_the_adapters(self):
        for library in ("absl/status/status.h", "boost/asio.hpp", "openssl/evp.h",
                        "grpcpp/grpcpp.h", "google/protobuf/message.h", "unistd.h",
                        "sys/socket.h", "nlohmann/json.hpp", "surprise.hpp"):
            with self.subTest(library):
                self.assert_found({"server/hub/hub.cc": f"#include <{library}>\n"},
                                  f"server/hub/ may not include <{library}>")
        self.assert_found({"server/hub/hub.cc": '#include "absl/status/status.h"\n'},
                          "may not include <absl/status/status.h> (absl)")

    def test_generated_code_is_for_few(self):
        self.assert_found({"server/hub/hub.cc": '#include "roomcast/v1/client.pb.h"\n'},
                          "server/hub/ may not see generated code")

    def test_includes_are_written_from_the_root(self):
        self.assert_found({"server/hub/hub.cc": '#include "hub.h"\n'},
                          "not a path from the repository's root")
        self.assert_found({"server/hub/hub.cc": "#include <server/hub/hub.h>\n"}, "is ours")

    def test_the_public_header_is_found_where_users_find_it(self):
        self.assertEqual(self.findings({
            "client-wasm/README.md": "words\n",
            "client-wasm/native/README.md": "words\n",
            "client-wasm/include/roomcast/client.h": "",
            "client-wasm/native/client.cc": '#include "roomcast/client.h"\n'}), [])

    def test_a_folder_without_a_rule_is_found(self):
        self.assert_found({"server/new/README.md": "", "extra/README.md": "", "extra/a.cc": ""},
                          "extra/a.cc:1: no rule for this folder")

    def test_pure_folders_have_no_world(self):
        for line, rule in (
                ("auto t = std::chrono::steady_clock::now();", "reads a clock"),
                ("auto t = clock.now();", "reads a clock"),
                ("auto t = std::time(nullptr);", "reads a clock"),
                ("std::mutex guard;", "knows threads"),
                ("std::thread worker;", "knows threads"),
                ("std::random_device seed;", "draws randomness"),
                ("int n = rand();", "draws randomness"),
                ("std::uniform_int_distribution<int> d;", "uses what differs between standard libraries"),
                ("std::shuffle(a, b, c);", "uses what differs between standard libraries"),
                ('auto v = getenv("X");', "reads the environment")):
            with self.subTest(line):
                self.assert_found({"server/hub/hub.cc": f"int a;\n{line}\n"},
                                  f"server/hub/hub.cc:2: a pure folder {rule}")
        for header in ("thread", "mutex", "condition_variable", "fstream"):
            with self.subTest(header):
                self.assert_found({"proto/protocol/codes.cc": f"#include <{header}>\n"},
                                  f"a pure folder may not include <{header}>")

    def test_words_in_comments_and_strings_do_not_count(self):
        self.assertEqual(self.findings({
            "server/hub/hub.cc": '// No now(), no std::mutex.\n/* std::thread\n */ auto s = "::now(";\n'
        }), [])

    def test_hash_order_may_not_be_heard(self):
        header = "#include <unordered_map>\nstd::unordered_map<int, std::vector<int>> rooms_;\n"
        self.assert_found({"server/hub/room.h": header,
                           "server/hub/room.cc": "\nfor (const auto& [id, room] : rooms_) {}\n"},
                          "server/hub/room.cc:2: a pure folder iterates the hash container rooms_")
        self.assert_found({"server/hub/room.h": header + "auto first = rooms_.begin();\n"},
                          "server/hub/room.h:3: a pure folder iterates")
        self.assertEqual(self.findings({"server/hub/room.h": header + "rooms_.find(1);\n"}), [])

    def test_code_for_browsers_has_no_exceptions_and_no_rtti(self):
        self.assert_found({"proto/protocol/codes.cc": "throw 1;\ndynamic_cast<int*>(a);\n"},
                          "codes.cc:1: code for browsers uses exceptions",
                          "codes.cc:2: code for browsers uses RTTI")

    def test_files_stay_small(self):
        self.assert_found({"server/hub/hub.cc": "\n" * 451}, "451 lines, the most is 450")
        self.assert_found({"server/hub/hub.cc": "\n" * 401}, "401 lines, near the most of 450")

    def test_no_file_names_a_place_or_a_registry(self):
        place = "/".join(["", "root", "project"])
        host = ".".join(["https://registry", "npmjs", "org"])
        self.assert_found({"server/README.md": f"words\nsee {place}\n"},
                          "server/README.md:2: names a place of one machine")
        self.assert_found({"server/README.md": f"see {host}\n"}, "names a package registry")

    def test_folders_say_what_lives_there(self):
        self.assert_found({"server/auth/token.h": ""}, "server/auth:1: has no README.md")
        self.assert_found({"web-demo/index.html": ""}, "web-demo:1: has no README.md")

    def test_an_npm_package_has_its_npmrc(self):
        package = {"web-demo/README.md": "words\n", "web-demo/package.json": "{}\n",
                   "web-demo/src/page.ts": ""}
        self.assert_found(package, "web-demo/.npmrc:1: is missing")
        self.assertEqual(self.findings({**package, "web-demo/.npmrc": "\n"}), [])


if __name__ == "__main__":
    unittest.main()
