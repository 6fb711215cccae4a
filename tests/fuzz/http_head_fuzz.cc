// A stranger's HTTP request. The verdict must not depend on how the bytes were cut, every view must
// lie in the head, and what follows the head must be left.
//
// Input: byte 0 chooses the cuts, byte 1 the limits, the rest is the wire.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "server/websocket/deflate_agreement.h"
#include "server/websocket/http_head.h"
#include "server/websocket/upgrade.h"
#include "tests/fuzz/pieces.h"

namespace roomcast::websocket {
namespace {

constexpr std::string_view kSpoken[] = {"roomcast.v1"};

void Check(bool holds) {
  if (!holds) std::abort();
}

std::string TellRefusal(const Refusal& refusal) {
  std::string response = WriteRefusal(refusal);
  Check(response.find('\0') == std::string::npos);
  return response;
}

std::string TellRequest(const Request& request, const HeadLimits& limits) {
  Check(request.headers.size() <= limits.headers_max);
  Check(request.target.size() <= limits.uri_bytes_max);
  Check(request.path.starts_with("/"));
  Check(!request.host.empty());
  std::string told = "GET " + std::string(request.path) + " ? " + std::string(request.query) +
                     " @ " + std::string(request.host);
  for (const Header& header : request.headers) {
    Check(IsToken(header.name));
    Check(header.value.find_first_of("\r\n") == std::string_view::npos);
    told += "\n" + std::string(header.name) + ": " + std::string(header.value);
  }
  if (!AsksForWebSocket(request)) return told;
  const auto outcome = DecideUpgrade(request, {kSpoken, false});
  if (const auto* refusal = std::get_if<Refusal>(&outcome)) return told + TellRefusal(*refusal);
  const auto& upgrade = std::get<Upgrade>(outcome);
  Check(upgrade.key.size() == 24);
  Check(upgrade.subprotocol.empty() || upgrade.subprotocol == kSpoken[0]);
  const auto deflate = AgreeOnDeflate(upgrade.extensions);
  if (deflate) told += "\n" + WriteAgreement(*deflate);
  return told + "\nupgrade " + std::string(upgrade.origin) + std::string(upgrade.subprotocol);
}

struct Told {
  std::string verdict = "needs more";
  std::size_t taken_bytes = 0;
};

Told Read(const HeadLimits& limits, const std::vector<std::string>& pieces) {
  HeadReader reader(limits);
  Told told;
  for (const std::string& piece : pieces) {
    std::span<const std::byte> input = std::as_bytes(std::span(piece));
    const HeadEvent event = reader.Next(input);
    told.taken_bytes += piece.size() - input.size();
    if (const auto* request = std::get_if<Request>(&event)) {
      Check(told.taken_bytes <= limits.head_bytes_max);
      told.verdict = TellRequest(*request, limits);
      return told;
    }
    if (const auto* refusal = std::get_if<Refusal>(&event)) {
      // Where a refused head ends means nothing: the connection is closed.
      return Told{TellRefusal(*refusal), 0};
    }
    Check(input.empty());
    Check(told.taken_bytes <= limits.head_bytes_max);
  }
  return told;
}

}  // namespace
}  // namespace roomcast::websocket

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace roomcast::websocket;  // NOLINT(google-build-using-namespace)
  if (size < 2) return 0;
  HeadLimits limits;
  if ((data[1] & 1) != 0) limits = {.head_bytes_max = 300, .uri_bytes_max = 20, .headers_max = 8};
  const std::string_view wire(reinterpret_cast<const char*>(data) + 2, size - 2);
  const Told whole = Read(limits, {std::string(wire)});
  const Told cut = Read(limits, roomcast::fuzz::Pieces(wire, data[0]));
  if (whole.verdict != cut.verdict || whole.taken_bytes != cut.taken_bytes) std::abort();
  return 0;
}
