#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/schema/official.h"
#include "tests/vectors/vector_file.h"

namespace roomcast {
namespace {

namespace pb = google::protobuf;

// A vector's JSON is its bytes, and its bytes are its JSON, in the official runtime's opinion.
void CheckFile(const std::string& path, std::string_view frame) {
  const auto file = nlohmann::json::parse(ReadWholeFile(path));
  const std::vector<Vector> vectors = ReadVectorFile(path);
  ASSERT_EQ(file.size(), vectors.size()) << "the small reader and a real one see different files";
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    SCOPED_TRACE(vectors[i].name);
    EXPECT_EQ(file[i]["name"], vectors[i].name);
    EXPECT_EQ(file[i]["hex"], HexFromBytes(vectors[i].bytes));
    EXPECT_EQ(file[i]["json"], nlohmann::json::parse(vectors[i].json));
    const auto from_json = NewOfficial(frame);
    ASSERT_TRUE(pb::util::JsonStringToMessage(vectors[i].json, from_json.get()).ok());
    EXPECT_EQ(HexFromBytes(SerializeOfficial(*from_json)), HexFromBytes(vectors[i].bytes));
    const auto from_bytes = NewOfficial(frame);
    ASSERT_TRUE(ParseOfficial(vectors[i].bytes, *from_bytes));
    EXPECT_TRUE(pb::util::MessageDifferencer::Equals(*from_json, *from_bytes));
  }
}

TEST(GoldenTest, ClientFramesAreWhatTheirJsonSays) {
  CheckFile("tests/vectors/client_frames.json", "ClientFrame");
}

TEST(GoldenTest, ServerFramesAreWhatTheirJsonSays) {
  CheckFile("tests/vectors/server_frames.json", "ServerFrame");
}

}  // namespace
}  // namespace roomcast
