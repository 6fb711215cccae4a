// A backend that pushes many messages over one PublishStream.
//
// push_many [ROOM [COUNT [BRIDGE]]], by default chat:lobby, 1000 and 127.0.0.1:8081. Says at the
// end what became of them.
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <string>

#include "bridge/examples/publisher.h"

int main(int count, char** words) {
  const std::string room = count > 1 ? words[1] : "chat:lobby";
  const int messages = count > 2 ? std::atoi(words[2]) : 1000;
  const std::string bridge = count > 3 ? words[3] : "127.0.0.1:8081";
  std::mutex mutex;
  std::uint64_t published = 0;
  std::uint64_t refused = 0;
  std::uint64_t unknown = 0;
  const auto note = [&](const roomcast::Publisher::Outcome& outcome) {
    using Kind = roomcast::Publisher::Outcome::Kind;
    const std::lock_guard<std::mutex> lock(mutex);
    if (outcome.kind == Kind::kPublished) ++published;
    if (outcome.kind == Kind::kRefused) {
      if (++refused == 1) std::cerr << "the first refusal: " << outcome.why << "\n";
    }
    if (outcome.kind == Kind::kUnknown) ++unknown;
  };
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  roomcast::Publisher publisher(
      grpc::CreateCustomChannel(bridge, grpc::InsecureChannelCredentials(), arguments), {});
  for (int i = 1; i <= messages; ++i) publisher.Push(room, "message " + std::to_string(i), note);
  publisher.Flush();
  std::cout << "published " << published << ", refused " << refused << ", unknown " << unknown
            << ", reconnects " << publisher.reconnects() << "\n";
  return refused + unknown == 0 ? 0 : 1;
}
