// A backend's pushes: over one stream and call by call, into rooms where nobody is and (`heard`)
// with a member in each, beside a gRPC server that only answers; and from a call to the member's
// socket. Everybody shares all cores, the producer too.
#include <array>
#include <cstdio>
#include <filesystem>
#include <vector>

#include "tests/bench/benchmark.h"
#include "tests/bench/contestant.h"
#include "tests/bench/failure.h"
#include "tests/bench/figures.h"
#include "tests/bench/listeners.h"
#include "tests/bench/load.h"
#include "tests/bench/process_usage.h"
#include "tests/bench/pusher.h"
#include "tests/bench/words.h"

namespace roomcast::bench {
namespace {

constexpr std::size_t kBatch = 64;
constexpr std::size_t kStreamWindow = 4096;
constexpr std::size_t kSinglesWindow = 256;
constexpr std::size_t kUnaryAtOnce = 20;

struct Side {
  Pusher pusher;
  std::vector<double> batches;
  std::vector<double> singles;
  std::vector<double> unary;
  // Of the hub, with a member in each room.
  std::vector<double> heard_batches;
  std::vector<double> heard_unary;
};

void Measure(Side& side, double seconds, bool counted) {
  const double batches = side.pusher.Stream(kBatch, kStreamWindow, seconds);
  const double singles = side.pusher.Stream(1, kSinglesWindow, seconds);
  const double unary = side.pusher.Unary(kUnaryAtOnce, seconds);
  if (!counted) return;
  side.batches.push_back(batches);
  side.singles.push_back(singles);
  side.unary.push_back(unary);
}

void MeasureHeard(const Contestant& hub, Side& side, double seconds, bool counted) {
  Listeners listeners(hub.port, UnmarkedRoomcastWords(), Pusher::Rooms());
  const double batches = side.pusher.Stream(kBatch, kStreamWindow, seconds);
  const double unary = side.pusher.Unary(kUnaryAtOnce, seconds);
  if (listeners.Stop() == 0) throw Failure("the members heard nothing");
  if (!counted) return;
  side.heard_batches.push_back(batches);
  side.heard_unary.push_back(unary);
}

// From a unary publish to its bytes at a member's socket, and a bare echo's round trip, in turns.
void Latency(const Options& options, const Contestant& hub, Pusher& to_hub, Pusher& to_echo,
             Report& report) {
  Load load(hub.port, *hub.words, {.members = 1, .payload_bytes = 100});
  load.Open();
  const std::size_t count = options.Size(5000);
  const auto push = [&to_hub](const std::string& room, const std::string& payload) {
    to_hub.BeginPublish(room, payload);
  };
  std::vector<double> echoes;
  for (std::size_t i = 0; i < count + count / 10; ++i) {
    if (i == count / 10) {
      load.TakeLatencies();
      echoes.clear();
    }
    load.PublishBy(0, NowNanoseconds(), push);
    load.Settle();
    to_hub.WaitForAnswer();
    echoes.push_back(to_echo.RoundTrips(1).front());
  }
  const std::vector<float> pushes = load.TakeLatencies();
  const double push_us = Quantile({pushes.begin(), pushes.end()}, 0.5);
  report.Add("push_latency_p50_us", push_us, "us");
  report.Add("push_latency_over_echo_us", push_us - Median(echoes), "us");
}

}  // namespace

void Push(const Options& options, Report& report) {
  const Cores cores = UsableCores();
  const std::string echo_program =
      std::filesystem::read_symlink("/proc/self/exe").replace_filename("roomcast_grpc_echo");
  const Contestant hub = StartHub(options.hub, cores);
  const Contestant echo = StartGrpcEcho(echo_program, cores);
  PinTo(cores);
  Side of_hub{Pusher(hub.bridge_port), {}, {}, {}, {}, {}};
  Side of_echo{Pusher(echo.bridge_port), {}, {}, {}, {}, {}};
  const double seconds = options.Seconds(1.5);
  for (std::size_t round = 0; round <= options.rounds(5); ++round) {
    Measure(of_hub, seconds, round > 0);
    MeasureHeard(hub, of_hub, seconds, round > 0);
    Measure(of_echo, seconds, round > 0);
  }
  std::array<char, 240> text;
  std::snprintf(text.data(), text.size(),
                "push: hub %.0f in batches, %.0f single, %.0f unary a second; "
                "echo %.0f, %.0f, %.0f",
                Median(of_hub.batches), Median(of_hub.singles), Median(of_hub.unary),
                Median(of_echo.batches), Median(of_echo.singles), Median(of_echo.unary));
  report.Remark(text.data());
  report.Add("publish_stream_per_s", Median(of_hub.batches), "1/s");
  report.Add("publish_stream_single_vs_echo", MedianRatio(of_hub.singles, of_echo.singles),
             "ratio");
  report.Add("publish_unary_vs_echo", MedianRatio(of_hub.unary, of_echo.unary), "ratio");
  report.Add("publish_stream_heard_per_s", Median(of_hub.heard_batches), "1/s");
  report.Add("publish_unary_heard_vs_echo", MedianRatio(of_hub.heard_unary, of_echo.unary),
             "ratio");
  Latency(options, hub, of_hub.pusher, of_echo.pusher, report);
}

}  // namespace roomcast::bench
