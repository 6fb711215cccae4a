#ifndef ROOMCAST_SERVER_OPS_STATIC_FILES_H_
#define ROOMCAST_SERVER_OPS_STATIC_FILES_H_

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace roomcast::ops {

// A file as an answer to GET; HEAD is the same without the body. Shared and immutable: any thread.
struct StaticResponse {
  std::shared_ptr<const std::string> body;
  std::string_view content_type;
  // With its quotes, from the content alone.
  std::string etag;
};

// Headers for every answer with static files: a content security policy under which the SDK runs
// ('wasm-unsafe-eval' and nothing more), no sniffing, no referrer, no framing, revalidation.
std::vector<std::pair<std::string_view, std::string_view>> StaticHeaders();

// Whether If-None-Match's value names this ETag (RFC 9110, section 13.1.2): the answer is 304.
bool EtagMatches(std::string_view if_none_match, std::string_view etag);

// The files of one folder and those below it. What a request can name is the names found there:
// links are not followed, names that begin with a dot do not exist, and `..` is no name.
class StaticFiles {
 public:
  struct Options {
    // Read anew for each request, for working on a page. Otherwise the folder is read once.
    bool reload = false;
    // A longer file is left out when the folder is read, and not found when asked for.
    std::uint64_t file_bytes_max = 16U << 20;
    // All files together; only when read once.
    std::uint64_t total_bytes_max = 64U << 20;
    // So many files; only when read once.
    std::size_t files_max = 4096;
  };

  // NotFound: no such folder. ResourceExhausted: above a limit of the whole.
  static absl::StatusOr<StaticFiles> Load(const std::string& dir, const Options& options);

  // The file that a request target names: its path, percent-decoded once, without its query;
  // `index.html` for one that ends with a slash. nullopt: 404. Any thread.
  [[nodiscard]] std::optional<StaticResponse> Get(std::string_view target) const;

  // How many files are held. 0 with `reload`.
  [[nodiscard]] std::size_t size() const { return files_.size(); }

 private:
  StaticFiles(std::filesystem::path root, const Options& options)
      : root_(std::move(root)), options_(options) {}

  absl::Status ReadAll();
  [[nodiscard]] std::optional<StaticResponse> Read(const std::string& path) const;

  std::filesystem::path root_;
  Options options_;
  // By path below the folder, without a leading slash.
  std::map<std::string, StaticResponse, std::less<>> files_;
};

// The path below the folder that a request target names: "/a/b%20c?d" is "a/b c", "/a/" is
// "a/index.html". nullopt: it names none: bad escapes, NUL and control characters, backslashes,
// empty segments, and segments that begin with a dot. Pure.
std::optional<std::string> StaticPath(std::string_view target);

// By the name's ending; unknown ones are application/octet-stream. Pure.
std::string_view ContentType(std::string_view path);

}  // namespace roomcast::ops

#endif  // ROOMCAST_SERVER_OPS_STATIC_FILES_H_
