#include "server/ops/watched_files.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace roomcast::ops {
namespace {

namespace fs = std::filesystem;

class WatchedFilesTest : public testing::Test {
 protected:
  WatchedFilesTest()
      : folder_(fs::path(testing::TempDir()) / ("watched-" + std::to_string(getpid()))) {
    fs::create_directories(folder_);
  }
  ~WatchedFilesTest() override { fs::remove_all(folder_); }

  std::string Write(const char* name, const char* text) {
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }

  const fs::path folder_;
};

TEST_F(WatchedFilesTest, AChangeIsToldOnce) {
  const std::string one = Write("one", "1");
  const std::string two = Write("two", "2");
  WatchedFiles files({one, two, ""});
  EXPECT_FALSE(files.Changed());
  Write("two", "22");
  EXPECT_TRUE(files.Changed());
  EXPECT_FALSE(files.Changed());
}

TEST_F(WatchedFilesTest, AFileOfTheSameSizeRenamedIntoPlaceIsAChange) {
  const std::string one = Write("one", "1");
  WatchedFiles files({one});
  fs::rename(Write("new", "2"), one);
  EXPECT_TRUE(files.Changed());
}

TEST_F(WatchedFilesTest, ALinkThatLeadsElsewhereIsAChange) {
  Write("one", "1");
  Write("two", "2");
  fs::create_symlink(folder_ / "one", folder_ / "link");
  WatchedFiles files({folder_ / "link"});
  fs::create_symlink(folder_ / "two", folder_ / "link.new");
  fs::rename(folder_ / "link.new", folder_ / "link");
  EXPECT_TRUE(files.Changed());
}

TEST_F(WatchedFilesTest, AFileMayGoAndComeAgain) {
  const std::string one = Write("one", "1");
  WatchedFiles files({one});
  fs::remove(one);
  EXPECT_TRUE(files.Changed());
  EXPECT_FALSE(files.Changed());
  Write("one", "1");
  EXPECT_TRUE(files.Changed());
}

}  // namespace
}  // namespace roomcast::ops
