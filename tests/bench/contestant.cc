#include "tests/bench/contestant.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <functional>
#include <string_view>

#include "tests/bench/failure.h"
#include "tests/bench/floor.h"
#include "tests/bench/process_usage.h"
#include "tests/bench/single_sends_hub.h"

namespace roomcast::bench {
namespace {

constexpr std::uint64_t kStartNanoseconds = 10'000'000'000;

sockaddr_in Loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

// A listening socket on a free port.
int Listen(std::uint16_t& port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof(address);
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(fd, 4096) != 0 ||
      getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw Failure("cannot listen on a loopback port");
  }
  port = ntohs(address.sin_port);
  return fd;
}

bool Answers(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Loopback(port);
  const bool connected =
      connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  close(fd);
  return connected;
}

void Await(const Contestant& who, const std::function<bool()>& condition) {
  const std::uint64_t give_up_at = NowNanoseconds() + kStartNanoseconds;
  while (!condition()) {
    if (!who.process->IsAlive() || NowNanoseconds() > give_up_at) {
      throw Failure("the " + who.name + " does not start: " + who.process->Said());
    }
    usleep(5'000);
  }
}

// From the hub's log line that says where it listens. 0: it has not said so yet.
std::uint16_t PortIn(const std::string& log, std::string_view name) {
  const std::string quoted = "\"" + std::string(name) + "\":";
  const std::size_t at = log.find(quoted);
  std::uint16_t port = 0;
  if (at == std::string::npos || log.find('\n', at) == std::string::npos) return 0;
  std::from_chars(log.data() + at + quoted.size(), log.data() + log.size(), port);
  return port;
}

}  // namespace

Places PlacesFor(std::size_t server_cores) {
  const Cores usable = UsableCores();
  Places places;
  places.load = {usable.back()};
  for (std::size_t i = 0; i < server_cores && i < usable.size(); ++i) {
    places.servers.push_back(usable[i]);
  }
  return places;
}

Contestant StartHub(const std::string& program, const Cores& cores,
                    const std::vector<std::string>& flags) {
  constexpr std::string_view kMany = "1000000000";
  std::vector<std::string> words = {program, "serve", "--dev"};
  words.insert(words.end(), {"--port", "0", "--bridge-port", "0", "--ops-port", "0"});
  words.insert(words.end(), {"--shards", std::to_string(cores.size())});
  words.insert(words.end(), {"--set", "namespaces.default.access.publish=anyone"});
  words.insert(words.end(), {"--set", "limits.publishes_per_second=" + std::string(kMany)});
  words.insert(words.end(), {"--set", "limits.publish_burst=" + std::string(kMany)});
  words.insert(words.end(), {"--set", "limits.commands_per_second=" + std::string(kMany)});
  words.insert(words.end(), {"--set", "limits.command_burst=" + std::string(kMany)});
  words.insert(words.end(), flags.begin(), flags.end());
  Contestant hub{"hub", std::make_unique<ChildProcess>(words, cores), 0, 0, &RoomcastWords()};
  Await(hub, [&] { return (hub.port = PortIn(hub.process->Said(), "public_port")) != 0; });
  hub.bridge_port = PortIn(hub.process->Said(), "bridge_port");
  return hub;
}

Contestant StartGrpcEcho(const std::string& program, const Cores& cores) {
  Contestant echo{"echo", std::make_unique<ChildProcess>(std::vector<std::string>{program}, cores)};
  Await(echo,
        [&] { return (echo.bridge_port = PortIn(echo.process->Said(), "bridge_port")) != 0; });
  return echo;
}

Contestant StartSingleSendsHub(const Cores& cores) {
  int ends[2];
  if (pipe(ends) != 0) throw Failure("cannot make a pipe");
  const auto tell = [out = ends[1]](std::uint16_t port) {
    if (write(out, &port, sizeof(port)) != sizeof(port)) throw Failure("nobody listens");
  };
  Contestant hub{"single sends",
                 std::make_unique<ChildProcess>([&] { RunSingleSendsHub(tell); }, cores), 0, 0,
                 &RoomcastWords()};
  close(ends[1]);
  const bool told = read(ends[0], &hub.port, sizeof(hub.port)) == sizeof(hub.port);
  close(ends[0]);
  if (!told) throw Failure("the hub with single sends does not start");
  return hub;
}

Contestant StartFloor(const Words& words, const Cores& cores) {
  Contestant floor{"floor", nullptr, 0, 0, &words};
  const int listening = Listen(floor.port);
  floor.process = std::make_unique<ChildProcess>([&] { RunFloor(listening); }, cores);
  close(listening);
  return floor;
}

Contestant StartPeer(const std::string& program, const Cores& cores) {
  std::uint16_t port = 0;
  close(Listen(port));
  const std::string address = "127.0.0.1:" + std::to_string(port);
  Contestant peer{"peer",
                  std::make_unique<ChildProcess>(
                      std::vector<std::string>{program, "-addr", address, "-prepared"}, cores),
                  port, 0, &PlainWords()};
  Await(peer, [&] { return Answers(port); });
  return peer;
}

}  // namespace roomcast::bench
