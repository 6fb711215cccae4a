#include "server/ops/static_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace roomcast::ops {
namespace {

namespace fs = std::filesystem;

struct PathRow {
  std::string target;
  std::optional<std::string> path;
};

class ATarget : public testing::TestWithParam<PathRow> {};

TEST_P(ATarget, NamesAPathBelowTheFolderOrNone) {
  EXPECT_EQ(StaticPath(GetParam().target), GetParam().path) << GetParam().target;
}

constexpr auto kNone = std::nullopt;

INSTANTIATE_TEST_SUITE_P(Paths, ATarget,
                         testing::Values(PathRow{"/", "index.html"},
                                         PathRow{"/?a=/../b", "index.html"},
                                         PathRow{"/#x", "index.html"}, PathRow{"/app.js", "app.js"},
                                         PathRow{"/a/b%20c.css?v=1", "a/b c.css"},
                                         PathRow{"/a/", "a/index.html"}, PathRow{"/a..b", "a..b"},
                                         PathRow{"/%41", "A"},
                                         PathRow{"/gr%C3%BC%C3%9Fe",
                                                 "gr\xc3\xbc\xc3\x9f"
                                                 "e"},
                                         PathRow{"/%252e%252e/x", "%2e%2e/x"}));

INSTANTIATE_TEST_SUITE_P(
    Traversal, ATarget,
    testing::Values(
        PathRow{"", kNone}, PathRow{"app.js", kNone}, PathRow{"*", kNone},
        PathRow{"http://a/app.js", kNone}, PathRow{"/..", kNone}, PathRow{"/../etc/passwd", kNone},
        PathRow{"/a/../../etc/passwd", kNone}, PathRow{"/%2e%2e/etc/passwd", kNone},
        PathRow{"/%2E%2E%2Fetc%2Fpasswd", kNone}, PathRow{"/..%2fetc/passwd", kNone},
        PathRow{"/a/..%5c..%5cx", kNone}, PathRow{"/..\\x", kNone}, PathRow{"/a\\b", kNone},
        PathRow{"/.", kNone}, PathRow{"/./a", kNone}, PathRow{"/.git/config", kNone},
        PathRow{"/a/.env", kNone}, PathRow{"//etc/passwd", kNone}, PathRow{"/a//b", kNone},
        PathRow{"/%2fetc/passwd", kNone}, PathRow{"/a%00.js", kNone}, PathRow{"/a%0a", kNone},
        PathRow{std::string("/a\0b", 4), kNone}, PathRow{"/%", kNone}, PathRow{"/%2", kNone},
        PathRow{"/%zz", kNone}, PathRow{"/%c0%ae%c0%ae/x", kNone}, PathRow{"/%ff", kNone},
        PathRow{"/" + std::string(1'025, 'a'), kNone}));

TEST(ContentTypes, AreThoseThatBrowsersInsistOn) {
  EXPECT_EQ(ContentType("a/roomcast.wasm"), "application/wasm");
  EXPECT_EQ(ContentType("index.html"), "text/html; charset=utf-8");
  EXPECT_EQ(ContentType("a.mjs"), "text/javascript; charset=utf-8");
  EXPECT_EQ(ContentType("a.min.js"), "text/javascript; charset=utf-8");
  EXPECT_EQ(ContentType("js"), "application/octet-stream");
  EXPECT_EQ(ContentType("a.exe"), "application/octet-stream");
}

class AFolder : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    char name[] = "/tmp/roomcast_static_XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    base_ = name;
    Write("secret.txt", "secret");
    Write("www/index.html", "<!doctype html>");
    Write("www/sub/index.html", "sub");
    Write("www/a b.js", "1;");
    Write("www/empty.css", "");
    Write("www/.env", "hidden");
    Write("www/.git/config", "hidden");
    Write("www/large.bin", std::string(101, 'x'));
    fs::create_symlink(base_ / "secret.txt", base_ / "www/link.txt");
    fs::create_directory_symlink(base_, base_ / "www/up");
    fs::create_symlink("sub/index.html", base_ / "www/inside.html");
    ASSERT_EQ(mkfifo((base_ / "www/pipe.txt").c_str(), 0600), 0);
  }
  void TearDown() override { fs::remove_all(base_); }

  void Write(const std::string& path, const std::string& text) {
    fs::create_directories((base_ / path).parent_path());
    std::ofstream(base_ / path, std::ios::binary) << text;
  }

  absl::StatusOr<StaticFiles> Load(StaticFiles::Options options = {}) {
    options.reload = GetParam();
    options.file_bytes_max = 100;
    return StaticFiles::Load((base_ / "www").string(), options);
  }

  static std::string Body(const StaticFiles& files, std::string_view target) {
    const auto response = files.Get(target);
    return response ? *response->body : "(none)";
  }

  fs::path base_;
};

INSTANTIATE_TEST_SUITE_P(ReadOnceOrAnew, AFolder, testing::Bool(), [](const auto& parameter) {
  return parameter.param ? "ReadAnew" : "ReadOnce";
});

TEST_P(AFolder, ServesItsFiles) {
  const auto files = Load();
  ASSERT_TRUE(files.ok()) << files.status();
  EXPECT_EQ(Body(*files, "/"), "<!doctype html>");
  EXPECT_EQ(Body(*files, "/index.html?x"), "<!doctype html>");
  EXPECT_EQ(Body(*files, "/sub/"), "sub");
  EXPECT_EQ(Body(*files, "/a%20b.js"), "1;");
  EXPECT_EQ(Body(*files, "/empty.css"), "");
  EXPECT_EQ(files->Get("/")->content_type, "text/html; charset=utf-8");
}

TEST_P(AFolder, ServesNothingElse) {
  const auto files = Load();
  ASSERT_TRUE(files.ok()) << files.status();
  for (const char* target :
       {"/missing", "/sub", "/.env", "/.git/config", "/link.txt", "/up/secret.txt",
        "/up/www/index.html", "/inside.html", "/pipe.txt", "/large.bin", "/../secret.txt",
        "/%2e%2e/secret.txt", "/sub/../index.html", "/sub/index.html/x"}) {
    EXPECT_EQ(Body(*files, target), "(none)") << target;
  }
}

TEST_P(AFolder, NamesContentByItsEtag) {
  const auto files = Load();
  ASSERT_TRUE(files.ok());
  const std::string etag = files->Get("/")->etag;
  EXPECT_THAT(etag, testing::MatchesRegex("\"[0-9a-f]{32}\""));
  EXPECT_EQ(files->Get("/index.html")->etag, etag);
  EXPECT_NE(files->Get("/sub/")->etag, etag);
}

TEST_P(AFolder, IsReadAnewOnlyIfAsked) {
  const auto files = Load();
  ASSERT_TRUE(files.ok());
  Write("www/index.html", "new");
  Write("www/later.txt", "later");
  EXPECT_EQ(Body(*files, "/"), GetParam() ? "new" : "<!doctype html>");
  EXPECT_EQ(Body(*files, "/later.txt"), GetParam() ? "later" : "(none)");
}

TEST_P(AFolder, MayBeALinkItself) {
  fs::create_directory_symlink(base_ / "www", base_ / "current");
  const auto files = StaticFiles::Load((base_ / "current").string(), {GetParam()});
  ASSERT_TRUE(files.ok()) << files.status();
  EXPECT_EQ(Body(*files, "/"), "<!doctype html>");
}

TEST_P(AFolder, ThatIsMissingIsSaidSo) {
  const auto files = StaticFiles::Load((base_ / "nowhere").string(), {GetParam()});
  EXPECT_EQ(files.status().code(), absl::StatusCode::kNotFound);
  EXPECT_FALSE(StaticFiles::Load((base_ / "secret.txt").string(), {GetParam()}).ok());
}

TEST_P(AFolder, ThatIsTooLargeIsRefusedWhenReadOnce) {
  const auto expected = GetParam() ? absl::StatusCode::kOk : absl::StatusCode::kResourceExhausted;
  StaticFiles::Options bytes;
  bytes.total_bytes_max = 16;
  EXPECT_EQ(Load(bytes).status().code(), expected);
  StaticFiles::Options count;
  count.files_max = 3;
  EXPECT_EQ(Load(count).status().code(), expected);
}

TEST(IfNoneMatch, IsAListOfEtags) {
  EXPECT_TRUE(EtagMatches("\"a\"", "\"a\""));
  EXPECT_TRUE(EtagMatches("\"b\", W/\"a\"", "\"a\""));
  EXPECT_TRUE(EtagMatches("*", "\"a\""));
  EXPECT_FALSE(EtagMatches("\"b\",\"c\"", "\"a\""));
  EXPECT_FALSE(EtagMatches("", "\"a\""));
  EXPECT_FALSE(EtagMatches("a", "\"a\""));
}

TEST(TheHeaders, AllowWasmAndNoOtherEval) {
  for (const auto& [name, value] : StaticHeaders()) {
    EXPECT_EQ(value.find("'unsafe-"), std::string_view::npos) << name;
    EXPECT_EQ(value.find_first_of("\r\n"), std::string_view::npos);
  }
  EXPECT_THAT(std::string(StaticHeaders().front().second),
              testing::HasSubstr("script-src 'self' 'wasm-unsafe-eval';"));
}

}  // namespace
}  // namespace roomcast::ops
