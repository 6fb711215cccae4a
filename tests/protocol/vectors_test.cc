#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "proto/protocol/frame.h"
#include "proto/protocol/limits.h"
#include "tests/vectors/vector_file.h"

namespace roomcast {
namespace {

// Goal: our reader and writer agree with the golden bytes, natively and as WebAssembly. What the
// bytes say is checked by tests/schema, against the official runtime.

template <class Frame>
std::string Write(const Frame& frame) {
  std::string out;
  for (const typename Frame::Message& message : frame.messages) AppendFrame(out, message);
  return out;
}

template <class Frame>
void CheckFile(const std::string& path, std::optional<Frame> (*decode)(std::string_view, Arena&)) {
  std::set<std::string> names;
  std::set<std::size_t> bodies;
  for (const Vector& vector : ReadVectorFile(path)) {
    SCOPED_TRACE(vector.name);
    EXPECT_TRUE(names.insert(vector.name).second) << "named twice";
    Arena arena(kClientArenaBytesMax);
    const std::optional<Frame> frame = decode(vector.bytes, arena);
    ASSERT_TRUE(frame.has_value());
    EXPECT_EQ(HexFromBytes(Write(*frame)), HexFromBytes(vector.bytes));
    for (const auto& message : frame->messages) bodies.insert(message.body.index());
  }
  using Body = decltype(Frame::Message::body);
  EXPECT_EQ(bodies.size(), std::variant_size_v<Body>) << "a body has no vector";
}

TEST(VectorsTest, ClientFramesAreReadAndWrittenToTheByte) {
  CheckFile("tests/vectors/client_frames.json", &DecodeClientFrame);
}

TEST(VectorsTest, ServerFramesAreReadAndWrittenToTheByte) {
  CheckFile("tests/vectors/server_frames.json", &DecodeServerFrame);
}

TEST(VectorsTest, AFewAreReadAsWhatTheySay) {
  const std::vector<Vector> vectors = ReadVectorFile("tests/vectors/client_frames.json");
  ASSERT_EQ(vectors[1].name, "conversation_03_publish");
  Arena arena(kClientArenaBytesMax);
  const auto frame = DecodeClientFrame(vectors[1].bytes, arena);
  ASSERT_EQ(frame->messages.size(), 1u);
  EXPECT_EQ(frame->messages[0].id, 2u);
  const auto& publish = std::get<Publish>(frame->messages[0].body);
  EXPECT_EQ(publish.room.view, "chat:lobby");
  EXPECT_EQ(publish.counter, 1u);
  EXPECT_EQ(publish.type.view, "said");
  EXPECT_EQ(publish.encoding, Encoding::kJson);
  EXPECT_EQ(publish.data.view, R"({"text":"hi"})");
  EXPECT_TRUE(publish.tags.empty());
  EXPECT_FALSE(publish.ephemeral);
}

// Every vector cut at every byte is refused, or is a whole shorter frame.
template <class Frame>
void CheckCuts(const std::string& path, std::optional<Frame> (*decode)(std::string_view, Arena&)) {
  Arena arena(kClientArenaBytesMax);
  for (const Vector& vector : ReadVectorFile(path)) {
    for (std::size_t size = 0; size < vector.bytes.size(); ++size) {
      const std::vector<char> alone(vector.bytes.begin(),
                                    vector.bytes.begin() + static_cast<std::ptrdiff_t>(size));
      arena.Reset();
      const auto frame = decode(std::string_view(alone.data(), size), arena);
      if (!frame) continue;
      ASSERT_EQ(HexFromBytes(Write(*frame)), HexFromBytes(vector.bytes.substr(0, size)))
          << vector.name << " cut at " << size;
    }
  }
}

TEST(VectorsTest, CutAnywhereTheyAreRefusedOrAreAShorterFrame) {
  CheckCuts("tests/vectors/client_frames.json", &DecodeClientFrame);
  CheckCuts("tests/vectors/server_frames.json", &DecodeServerFrame);
}

}  // namespace
}  // namespace roomcast
