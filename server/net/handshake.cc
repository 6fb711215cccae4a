#include "server/net/handshake.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "server/net/forwarded.h"
#include "server/net/origin.h"
#include "server/websocket/deflate_agreement.h"
#include "server/websocket/upgrade.h"

namespace roomcast::net {
namespace {

using websocket::Refusal;
using websocket::RefusalReason;
using websocket::Request;

Handshake::Respond Refuse(const Refusal& refusal) {
  return {websocket::WriteRefusal(refusal), refusal.reason, nullptr};
}

std::string WriteFileHead(int status, const ops::StaticResponse& file) {
  std::string head = "HTTP/1.1 " + std::to_string(status) + " ";
  head += status == 200 ? "OK" : "Not Modified";
  head += "\r\nConnection: close\r\nETag: " + file.etag + "\r\n";
  for (const auto& [name, value] : ops::StaticHeaders()) {
    head.append(name).append(": ").append(value).append("\r\n");
  }
  if (status == 200) {
    head += "Content-Type: ";
    head += file.content_type;
    head += "\r\nContent-Length: " + std::to_string(file.body->size()) + "\r\n";
  }
  return head + "\r\n";
}

}  // namespace

Handshake::Answer Handshake::Take(std::span<const std::byte>& input) {
  const websocket::HeadEvent event = reader_.Next(input);
  if (const auto* request = std::get_if<Request>(&event)) return AnswerTo(*request);
  if (const auto* refusal = std::get_if<Refusal>(&event)) return Refuse(*refusal);
  return NeedMore();
}

Handshake::Answer Handshake::AnswerTo(const Request& request) {
  if (from_proxy_) {
    const auto found = FindClient(request, rules_.trusted_proxies);
    const auto* client = std::get_if<ForwardedClient>(&found);
    if (client == nullptr) {
      return Refuse({RefusalReason::kForwarded,
                     "X-Forwarded-For and Forwarded are malformed, or name different clients"});
    }
    client_ = client->address;
  }
  // A request for the WebSocket's own path without an upgrade is told what it lacks.
  if (rules_.websocket_path.empty() || request.path == rules_.websocket_path) {
    return AnswerUpgrade(request);
  }
  if (websocket::AsksForWebSocket(request)) {
    return Refuse({RefusalReason::kNotFound, "there is no WebSocket at this path"});
  }
  return AnswerFile(request);
}

Handshake::Answer Handshake::AnswerUpgrade(const Request& request) const {
  const auto decision = websocket::DecideUpgrade(
      request,
      {.subprotocols = rules_.subprotocols, .subprotocol_required = rules_.subprotocol_required});
  if (const auto* refusal = std::get_if<Refusal>(&decision)) return Refuse(*refusal);
  const auto& upgrade = std::get<websocket::Upgrade>(decision);
  if (!IsWelcomeOrigin(upgrade.origin, {request.host, tls_}, rules_.allowed_origins)) {
    return Refuse({RefusalReason::kOrigin, "pages of this origin may not connect"});
  }
  std::optional<websocket::DeflateAgreement> deflate;
  if (rules_.compression) deflate = websocket::AgreeOnDeflate(upgrade.extensions);
  const std::string extensions = deflate ? websocket::WriteAgreement(*deflate) : "";
  const std::uint8_t window_bits = deflate ? deflate->server_window_bits : 0;
  return Upgraded{
      websocket::WriteSwitchingProtocols(AcceptValue(upgrade.key), upgrade.subprotocol, extensions),
      window_bits};
}

Handshake::Answer Handshake::AnswerFile(const Request& request) const {
  std::optional<ops::StaticResponse> file;
  if (rules_.files != nullptr) file = rules_.files->Get(request.target);
  if (!file) return Refuse({RefusalReason::kNotFound, "there is nothing at this path"});
  const auto known = request.Find("If-None-Match");
  if (known && ops::EtagMatches(*known, file->etag)) {
    return Respond{WriteFileHead(304, *file), std::nullopt, nullptr};
  }
  return Respond{WriteFileHead(200, *file), std::nullopt, file->body};
}

std::string AcceptValue(std::string_view key) {
  const std::string source = websocket::AcceptSource(key);
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
  // Fetched once: SHA1() would search for it each time. Never freed.
  static const EVP_MD* const sha1 = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  if (EVP_Digest(source.data(), source.size(), digest.data(), nullptr, sha1, nullptr) != 1) {
    std::abort();
  }
  // Four characters for three bytes, and the final zero that OpenSSL writes.
  std::array<unsigned char, (SHA_DIGEST_LENGTH + 2) / 3 * 4 + 1> text{};
  const int length = EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(digest.size()));
  return {reinterpret_cast<const char*>(text.data()), static_cast<std::size_t>(length)};
}

}  // namespace roomcast::net
