#include "tests/schema/differential.h"

#include <optional>

#include "proto/protocol/frame.h"
#include "roomcast/v1/client.pb.h"
#include "tests/schema/official.h"
#include "tests/vectors/vector_file.h"

namespace roomcast {
namespace {

constexpr std::size_t kBytesMax = 4096;
// No 4 KiB can ask for so much.
constexpr std::size_t kArenaBytes = std::size_t{64} << 20;

bool latest_was_accepted = false;

template <class Frame, class Official>
std::string Disagreement(std::string_view bytes,
                         std::optional<Frame> (*decode)(std::string_view, Arena&)) {
  if (bytes.size() > kBytesMax) return "";
  Arena arena(kArenaBytes);
  const std::optional<Frame> ours = decode(bytes, arena);
  Official official;
  const bool accepted = ParseOfficial(bytes, official);
  latest_was_accepted = accepted;
  if (accepted != ours.has_value()) {
    return std::string(accepted ? "only the official runtime" : "only ours") + " accepts " +
           HexFromBytes(bytes);
  }
  if (!accepted) return "";
  official.DiscardUnknownFields();
  const std::string wanted = SerializeOfficial(official);
  std::string written;
  for (const typename Frame::Message& message : ours->messages) AppendFrame(written, message);
  if (written == wanted) return "";
  return "of " + HexFromBytes(bytes) + "\nthe official runtime keeps " + HexFromBytes(wanted) +
         "\nand ours keeps " + HexFromBytes(written);
}

}  // namespace

std::string DisagreementOnClientFrame(std::string_view bytes) {
  return Disagreement<ClientFrame, v1::ClientFrame>(bytes, &DecodeClientFrame);
}

std::string DisagreementOnServerFrame(std::string_view bytes) {
  return Disagreement<ServerFrame, v1::ServerFrame>(bytes, &DecodeServerFrame);
}

bool LatestWasAccepted() { return latest_was_accepted; }

}  // namespace roomcast
