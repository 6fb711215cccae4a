#ifndef ROOMCAST_TESTS_BENCH_CONTESTANT_H_
#define ROOMCAST_TESTS_BENCH_CONTESTANT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/bench/child_process.h"
#include "tests/bench/words.h"

namespace roomcast::bench {

// A server that is measured, running and listening on a loopback port of its own.
struct Contestant {
  std::string name;
  std::unique_ptr<ChildProcess> process;
  std::uint16_t port = 0;
  std::uint16_t bridge_port = 0;  // of a hub, and of the echo
  const Words* words = nullptr;
};

// Where servers and the load run: the last core is the load's, the others are the servers'; on one
// core everything shares it.
struct Places {
  Cores servers;
  Cores load;
};
Places PlacesFor(std::size_t server_cores);

// `roomcast serve --dev` of the same build, with one shard for each core that it is given; anybody
// may publish, as fast as they like. `flags` come last.
Contestant StartHub(const std::string& program, const Cores& cores,
                    const std::vector<std::string>& flags = {});
// Bare gRPC: the program beside the benchmarks', with no port but the bridge's.
Contestant StartGrpcEcho(const std::string& program, const Cores& cores);
Contestant StartSingleSendsHub(const Cores& cores);
// With PlainWords() or BareWords().
Contestant StartFloor(const Words& words, const Cores& cores);
// Another server, run as `PROGRAM -addr 127.0.0.1:PORT -prepared`; see README.md.
Contestant StartPeer(const std::string& program, const Cores& cores);

}  // namespace roomcast::bench

#endif  // ROOMCAST_TESTS_BENCH_CONTESTANT_H_
