#ifndef ROOMCAST_TESTS_SIMULATION_TOTALS_H_
#define ROOMCAST_TESTS_SIMULATION_TOTALS_H_

#include <cstdint>
#include <string>

namespace roomcast::simulation {

// What happened in one run or many. The same seed has the same totals on every machine, natively
// and as WebAssembly.
struct Totals {
  // Handled messages: ClientMessages and ServerMessages that an end took in, and mail that a shard
  // did. A batch is one message however many publications it carries.
  std::uint64_t client_messages = 0;
  std::uint64_t server_messages = 0;
  std::uint64_t mail = 0;
  std::uint64_t events = 0;
  // What went over sockets, as clients sent and heard it, and a sum of hashes of it (I8).
  std::uint64_t bytes_up = 0;
  std::uint64_t bytes_down = 0;
  std::uint64_t hashes = 0;

  std::uint64_t published = 0;  // entries in streams
  std::uint64_t delivered = 0;  // publications, to applications
  std::uint64_t done = 0;       // publish calls, by outcome
  std::uint64_t refused = 0;
  std::uint64_t timed_out = 0;
  std::uint64_t aborted = 0;
  std::uint64_t unknown = 0;

  // How hostile the world was …
  std::uint64_t connects = 0;
  std::uint64_t connects_refused = 0;
  std::uint64_t cuts = 0;
  std::uint64_t half_opens = 0;
  std::uint64_t slow_readers = 0;
  std::uint64_t stalls = 0;
  std::uint64_t sleeps = 0;
  std::uint64_t clock_jumps = 0;
  std::uint64_t restarts = 0;
  std::uint64_t drains = 0;
  std::uint64_t tokens = 0;         // given
  std::uint64_t tokens_failed = 0;  // or not
  // … and what came of it.
  std::uint64_t behind = 0;
  std::uint64_t slow_ends = 0;  // 3008
  std::uint64_t full_mailboxes = 0;
  std::uint64_t hub_lost = 0;     // peers that the hub declared dead
  std::uint64_t client_lost = 0;  // hubs that a client declared dead
  std::uint64_t resent = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t gaps = 0;
  std::uint64_t recovered = 0;         // rejoins that lost nothing
  std::uint64_t lost = 0;              // LOST verdicts
  std::uint64_t token_ends = 0;        // 3005
  std::uint64_t shutdown_ends = 0;     // 3001
  std::uint64_t evicted = 0;           // publications, for want of memory
  std::uint64_t parked_dropped = 0;    // sessions, so too
  std::uint64_t presence_lists = 0;    // that were shown
  std::uint64_t presence_changes = 0;  // so too

  [[nodiscard]] std::uint64_t handled() const { return client_messages + server_messages + mail; }

  // Lists the fields once, for adding and for printing.
  static void Fields(auto& m, auto& v) {
    v("client_messages", m.client_messages), v("server_messages", m.server_messages);
    v("mail", m.mail), v("events", m.events), v("bytes_up", m.bytes_up);
    v("bytes_down", m.bytes_down), v("hashes", m.hashes), v("published", m.published);
    v("delivered", m.delivered), v("done", m.done), v("refused", m.refused);
    v("timed_out", m.timed_out), v("aborted", m.aborted), v("unknown", m.unknown);
    v("connects", m.connects), v("connects_refused", m.connects_refused), v("cuts", m.cuts);
    v("half_opens", m.half_opens), v("slow_readers", m.slow_readers), v("stalls", m.stalls);
    v("sleeps", m.sleeps), v("clock_jumps", m.clock_jumps), v("restarts", m.restarts);
    v("behind", m.behind), v("slow_ends", m.slow_ends), v("full_mailboxes", m.full_mailboxes);
    v("hub_lost", m.hub_lost), v("client_lost", m.client_lost), v("resent", m.resent);
    v("duplicates", m.duplicates), v("gaps", m.gaps), v("recovered", m.recovered);
    v("lost", m.lost), v("drains", m.drains), v("tokens", m.tokens);
    v("tokens_failed", m.tokens_failed), v("token_ends", m.token_ends);
    v("shutdown_ends", m.shutdown_ends), v("evicted", m.evicted);
    v("parked_dropped", m.parked_dropped), v("presence_lists", m.presence_lists);
    v("presence_changes", m.presence_changes);
  }
  void Add(const Totals& other);
  // A number that differs if anything does.
  [[nodiscard]] std::uint64_t Digest() const;
  [[nodiscard]] std::string Text() const;
  friend bool operator==(const Totals&, const Totals&) = default;
};

}  // namespace roomcast::simulation

#endif  // ROOMCAST_TESTS_SIMULATION_TOTALS_H_
