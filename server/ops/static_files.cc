#include "server/ops/static_files.h"

#include <openssl/evp.h>

#include <fstream>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace roomcast::ops {
namespace {

namespace fs = std::filesystem;

// The beginning of the content's SHA-256.
std::string EtagOf(const std::string& content) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  EVP_Digest(content.data(), content.size(), digest, &length, EVP_sha256(), nullptr);
  const absl::string_view beginning(reinterpret_cast<const char*>(digest), 16);
  return absl::StrCat("\"", absl::BytesToHexString(beginning), "\"");
}

// Neither a link nor anything else that is not a plain file, at every step below the root.
bool IsPlainFile(const fs::path& root, const std::string& path) {
  std::error_code error;
  fs::path here = root;
  for (const fs::path& segment : fs::path(path)) {
    here /= segment;
    if (fs::is_symlink(fs::symlink_status(here, error)) || error) return false;
  }
  return fs::is_regular_file(fs::symlink_status(here, error)) && !error;
}

}  // namespace

std::vector<std::pair<std::string_view, std::string_view>> StaticHeaders() {
  return {
      {"Content-Security-Policy",
       "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' ws: wss:; "
       "img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; "
       "form-action 'self'"},
      {"X-Content-Type-Options", "nosniff"},
      {"Referrer-Policy", "no-referrer"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Cache-Control", "no-cache"},
  };
}

bool EtagMatches(std::string_view if_none_match, std::string_view etag) {
  while (!if_none_match.empty()) {
    const std::size_t comma = if_none_match.find(',');
    std::string_view one = if_none_match.substr(0, comma);
    while (one.starts_with(' ') || one.starts_with('\t')) one.remove_prefix(1);
    while (one.ends_with(' ') || one.ends_with('\t')) one.remove_suffix(1);
    // The comparison is the weak one.
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == "*" || one == etag) return true;
    if (comma == std::string_view::npos) break;
    if_none_match.remove_prefix(comma + 1);
  }
  return false;
}

absl::StatusOr<StaticFiles> StaticFiles::Load(const std::string& dir, const Options& options) {
  std::error_code error;
  // The folder itself may be a link; what is in it may not.
  const fs::path root = fs::canonical(dir, error);
  if (error || !fs::is_directory(root, error)) {
    return absl::NotFoundError(absl::StrCat("static files: no folder at ", dir));
  }
  StaticFiles files(root, options);
  if (!options.reload) {
    const absl::Status status = files.ReadAll();
    if (!status.ok()) return status;
  }
  return files;
}

absl::Status StaticFiles::ReadAll() {
  std::error_code error;
  std::uint64_t total = 0;
  fs::recursive_directory_iterator entry(root_, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    const fs::path& path = entry->path();
    const std::string name = path.filename().string();
    if (name.starts_with('.')) {
      entry.disable_recursion_pending();
      continue;
    }
    const std::string below = path.lexically_relative(root_).generic_string();
    auto response = Read(below);
    if (!response) continue;
    total += response->body->size();
    if (total > options_.total_bytes_max) {
      return absl::ResourceExhaustedError(absl::StrCat(
          "static files: more than ", options_.total_bytes_max, " bytes in ", root_.string()));
    }
    if (files_.size() == options_.files_max) {
      return absl::ResourceExhaustedError(absl::StrCat(
          "static files: more than ", options_.files_max, " files in ", root_.string()));
    }
    files_.emplace(below, *std::move(response));
  }
  if (error) {
    return absl::NotFoundError(
        absl::StrCat("static files: cannot read ", root_.string(), ": ", error.message()));
  }
  return absl::OkStatus();
}

std::optional<StaticResponse> StaticFiles::Get(std::string_view target) const {
  const auto path = StaticPath(target);
  if (!path) return std::nullopt;
  if (options_.reload) return Read(*path);
  const auto found = files_.find(*path);
  if (found == files_.end()) return std::nullopt;
  return found->second;
}

std::optional<StaticResponse> StaticFiles::Read(const std::string& path) const {
  if (!IsPlainFile(root_, path)) return std::nullopt;
  std::error_code error;
  const std::uint64_t size = fs::file_size(root_ / path, error);
  if (error || size > options_.file_bytes_max) return std::nullopt;
  std::ifstream file(root_ / path, std::ios::binary);
  std::string content(size, '\0');
  // A file that shrinks meanwhile gives what it has; one that grows, no more than was allowed.
  if (!file.read(content.data(), static_cast<std::streamsize>(size)) && !file.eof()) {
    return std::nullopt;
  }
  content.resize(static_cast<std::size_t>(file.gcount()));
  StaticResponse response;
  response.etag = EtagOf(content);
  response.content_type = ContentType(path);
  response.body = std::make_shared<const std::string>(std::move(content));
  return response;
}

}  // namespace roomcast::ops
