// Replays a fuzz target's corpus as an ordinary test: every file of the folders given as arguments
// goes through LLVMFuzzerTestOneInput once, in the order of their names. An empty or missing folder
// is a failure: it would be a test that tests nothing.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

std::vector<std::filesystem::path> FilesOf(const char* folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.is_regular_file(error)) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

bool Replay(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::fprintf(stderr, "cannot read %s\n", path.c_str());
    return false;
  }
  const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  // Named before it runs: a crash must say whose it was.
  std::fprintf(stderr, "%s (%zu bytes)\n", path.c_str(), bytes.size());
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  return true;
}

}  // namespace

int main(int argument_count, char** arguments) {
  if (argument_count < 2) {
    std::fprintf(stderr, "usage: %s FOLDER...\n", arguments[0]);
    return 2;
  }
  for (int i = 1; i < argument_count; ++i) {
    const auto files = FilesOf(arguments[i]);
    if (files.empty()) {
      std::fprintf(stderr, "%s holds no corpus\n", arguments[i]);
      return 1;
    }
    for (const auto& file : files) {
      if (!Replay(file)) return 1;
    }
    std::fprintf(stderr, "%zu files of %s replayed\n", files.size(), arguments[i]);
  }
  return 0;
}
