// roomcast_conformance_echo: a WebSocket server over the hub's own network code, without the hub.
// It echoes text as text and binary as binary, on any path, so that other people's test suites can
// be pointed at it. README.md lists its flags.
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "server/net/connection_config.h"
#include "server/net/listen_socket.h"
#include "server/net/tls_context.h"
#include "server/net/tls_identity.h"
#include "tests/conformance/echo_loop.h"

namespace roomcast::conformance {
namespace {

struct Flags {
  std::string address = "127.0.0.1";
  // With both it speaks TLS alone.
  std::string certificate;
  std::string key;
  std::uint32_t port = 9001;
  std::uint32_t message_bytes = 16 << 20;
  std::uint32_t fragments = 1 << 20;
  // Of pings and pongs in ten seconds.
  std::uint32_t control_frames = 1'000'000;
  std::uint32_t compression = 1;
  std::uint32_t compression_level = 1;
  std::uint32_t compression_above = 128;
  std::uint32_t close_ms = 5000;
};

struct NumberFlag {
  std::string_view name;
  std::uint32_t Flags::*value;
};

struct TextFlag {
  std::string_view name;
  std::string Flags::*value;
};

constexpr TextFlag kTexts[] = {
    {"--address", &Flags::address},
    {"--certificate", &Flags::certificate},
    {"--key", &Flags::key},
};

constexpr NumberFlag kNumbers[] = {
    {"--port", &Flags::port},
    {"--message-bytes", &Flags::message_bytes},
    {"--fragments", &Flags::fragments},
    {"--control-frames", &Flags::control_frames},
    {"--compression", &Flags::compression},
    {"--compression-level", &Flags::compression_level},
    {"--compression-above", &Flags::compression_above},
    {"--close-ms", &Flags::close_ms},
};

[[noreturn]] void Refuse(std::string_view what) {
  std::fprintf(stderr, "roomcast_conformance_echo: %.*s\n", static_cast<int>(what.size()),
               what.data());
  std::exit(2);
}

std::uint32_t NumberOf(std::string_view flag, std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    Refuse(std::string(flag) + " needs a whole number");
  }
  return number;
}

void ReadFlag(Flags& flags, std::string_view name, std::string_view value) {
  for (const TextFlag& flag : kTexts) {
    if (flag.name == name) flags.*(flag.value) = value;
    if (flag.name == name) return;
  }
  for (const NumberFlag& flag : kNumbers) {
    if (flag.name == name) flags.*(flag.value) = NumberOf(name, value);
    if (flag.name == name) return;
  }
  Refuse("there is no flag " + std::string(name));
}

Flags ReadFlags(int count, char** words) {
  Flags flags;
  for (int i = 1; i < count; i += 2) {
    if (i + 1 == count) Refuse(std::string(words[i]) + " needs a value");
    ReadFlag(flags, words[i], words[i + 1]);
  }
  return flags;
}

std::unique_ptr<net::CurrentTls> TlsFrom(const Flags& flags) {
  if (flags.certificate.empty()) return nullptr;
  const auto identity = net::ReadTlsIdentity({flags.certificate, flags.key, ""});
  if (!identity.ok()) Refuse(identity.status().ToString());
  auto context = net::TlsContext::Make(*identity);
  if (!context.ok()) Refuse(context.status().ToString());
  return std::make_unique<net::CurrentTls>(*std::move(context));
}

net::ConnectionConfig ConfigFrom(const Flags& flags) {
  net::ConnectionConfig config;
  config.handshake.websocket_path.clear();
  config.handshake.subprotocols.clear();
  config.handshake.subprotocol_required = false;
  config.handshake.allowed_origins = {"*"};
  config.handshake.compression = flags.compression > 0;
  config.compression = {static_cast<int>(flags.compression_level), flags.compression_above};
  config.frames.text = true;
  config.frames.message_bytes_max = flags.message_bytes;
  config.frames.fragments_max = flags.fragments;
  config.before_welcome_bytes = 0;
  config.answers_every_ping = true;
  config.control_frames = flags.control_frames;
  config.close_deadline = std::chrono::milliseconds(flags.close_ms);
  // Over the soft limit nothing more is read, so one message more is the most.
  config.outbox.soft = 1 << 20;
  config.outbox.hard = config.outbox.soft + flags.message_bytes + (1 << 20);
  return config;
}

}  // namespace
}  // namespace roomcast::conformance

int main(int count, char** words) {
  using namespace roomcast;  // NOLINT(google-build-using-namespace)
  const conformance::Flags flags = conformance::ReadFlags(count, words);
  const auto tls = conformance::TlsFrom(flags);
  net::ConnectionConfig config = conformance::ConfigFrom(flags);
  config.tls = tls.get();
  auto listening = net::Listen(flags.address, static_cast<std::uint16_t>(flags.port), 1024, 1);
  if (!listening.ok()) conformance::Refuse(listening.status().ToString());
  std::signal(SIGPIPE, SIG_IGN);
  conformance::EchoLoop loop(config, std::move(listening->sockets[0]));
  std::printf("listening on port %u\n", listening->port);
  std::fflush(stdout);
  loop.Run();
  return 0;
}
