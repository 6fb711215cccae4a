#include "server/ops/metric_families.h"

#include <algorithm>
#include <array>

#include "proto/protocol/codes.h"
#include "roomcast/v1/bridge.pb.h"
#include "server/auth/token_refusal.h"
#include "server/ops/check.h"
#include "server/websocket/refusal.h"
#include "server/websocket/violation.h"

namespace roomcast::ops {
namespace {

using Labels = std::vector<std::string>;

constexpr std::string_view kOther = "other";

Labels CodesOf(std::span<const CodeRow> rows) {
  Labels labels;
  for (const CodeRow& row : rows) labels.push_back(std::to_string(row.code));
  return labels;
}

// Whatever a WebSocket can end with: our own codes, those that a browser sends or a socket reports,
// and the rest.
Labels EndCodes() {
  Labels labels = CodesOf(DisconnectRows());
  for (const char* code : {"1005", "1006", "1008", "1010", "1011", "1012", "1014"}) {
    if (std::find(labels.begin(), labels.end(), code) == labels.end()) labels.emplace_back(code);
  }
  // All have four digits, so the order of text is that of numbers.
  std::sort(labels.begin(), labels.end());
  labels.emplace_back(kOther);
  return labels;
}

template <typename Set>
Labels LabelsOf(const Set& set) {
  Labels labels;
  for (const auto value : set) labels.emplace_back(Label(value));
  return labels;
}

Labels BridgeMethods() {
  // The service is in the same file as its messages.
  const auto& service = *v1::PublishRequest::descriptor()->file()->FindServiceByName("Bridge");
  Labels labels;
  for (int i = 0; i < service.method_count(); ++i) labels.push_back(service.method(i)->name());
  labels.emplace_back(kOther);
  return labels;
}

// In the order of gRPC's numbers, 0 to 16.
Labels GrpcStatuses() {
  return {"OK",
          "CANCELLED",
          "UNKNOWN",
          "INVALID_ARGUMENT",
          "DEADLINE_EXCEEDED",
          "NOT_FOUND",
          "ALREADY_EXISTS",
          "PERMISSION_DENIED",
          "RESOURCE_EXHAUSTED",
          "FAILED_PRECONDITION",
          "ABORTED",
          "OUT_OF_RANGE",
          "UNIMPLEMENTED",
          "INTERNAL",
          "UNAVAILABLE",
          "DATA_LOSS",
          "UNAUTHENTICATED"};
}

Labels TurnedAwayReasons() {
  Labels labels;
  for (int i = 0; i <= static_cast<int>(TurnedAway::kDescriptors); ++i) {
    labels.emplace_back(Label(static_cast<TurnedAway>(i)));
  }
  return labels;
}

Family Plain(std::string_view name, std::string_view help) { return {name, help, "", {""}}; }

// Each table below is in the order of its enum; the tests compare the counts.
std::array<Family, kCounters> MakeCounters() {
  return {
      Plain("roomcast_connections_accepted_total", "TCP connections taken from the public port."),
      Plain("roomcast_upgrades_total", "HTTP requests that became WebSockets."),
      Plain("roomcast_messages_in_total", "WebSocket messages received."),
      Plain("roomcast_messages_out_total", "WebSocket messages queued for sending."),
      Plain("roomcast_bytes_in_total", "Bytes received on the public port."),
      Plain("roomcast_bytes_out_total", "Bytes the kernel took for sending on the public port."),
      Plain("roomcast_deliveries_total", "Publications queued for members, one for each member."),
      Plain("roomcast_writes_total", "Gathered writes to sockets."),
      Plain("roomcast_writes_together_total", "Of these, by io_uring with others of their turn."),
      Plain("roomcast_mailbox_overflows_total",
            "Messages between shards that found the mailbox full; their rooms are caught up."),
      Plain("roomcast_members_behind_total",
            "Times a member fell behind and was left to catch up from history."),
      Plain("roomcast_history_evicted_total",
            "Publications that left history because its memory in the hub was full."),
      Plain("roomcast_duplicates_total", "Publishes whose id had taken effect before."),
      Plain("roomcast_accept_failures_total",
            "Connections that could not be accepted, as without file descriptors."),
      Plain("roomcast_tls_handshakes_total", "TLS handshakes done on the public port."),
      Plain("roomcast_messages_deflated_total",
            "Messages deflated, each once for all who take it so."),
      Plain("roomcast_deflate_saved_bytes_total",
            "Bytes less to send because messages were deflated."),
      Plain("roomcast_messages_inflated_total", "Messages received deflated."),
  };
}

std::array<Family, kLabelledCounters> MakeLabelledCounters() {
  return {
      Family{"roomcast_connections_ended_total", "WebSockets that ended, by close code.", "code",
             EndCodes()},
      Family{"roomcast_disconnects_total", "Connections that the hub ended, by code.", "code",
             CodesOf(DisconnectRows())},
      Family{"roomcast_lefts_total", "Sessions that the hub took out of a room, by code.", "code",
             CodesOf(LeftRows())},
      Family{"roomcast_errors_total", "Error replies to clients, by code.", "code",
             CodesOf(ErrorRows())},
      Family{"roomcast_upgrades_refused_total", "HTTP requests refused, by reason.", "reason",
             LabelsOf(websocket::kRefusalReasons)},
      Family{"roomcast_frames_refused_total", "Connections ended for a bad frame, by reason.",
             "reason", LabelsOf(websocket::kViolations)},
      Family{"roomcast_messages_refused_total",
             "Well framed messages refused, by reason.",
             "reason",
             {"malformed", "before_hello", "second_hello", "bad_hello", "before_welcome_bytes",
              "control_flood"}},
      Family{"roomcast_tokens_refused_total", "Tokens that were not believed, by reason.", "reason",
             LabelsOf(auth::kTokenRefusals)},
      Family{"roomcast_publications_total",
             "Publications taken in, by door.",
             "door",
             {"websocket", "bridge"}},
      Family{"roomcast_gaps_total",
             "Gaps told to members, by reason.",
             "reason",
             {"slow", "evicted", "engine"}},
      Family{"roomcast_joins_total",
             "Joins answered, by verdict.",
             "verdict",
             {"live", "recovered", "lost"}},
      Family{"roomcast_resumes_total",
             "Hellos that named a session, by what came of it.",
             "outcome",
             {"resumed", "unknown", "wrong_key", "other_user", "taken_over", "revoked"}},
      Family{"roomcast_parked_dropped_total",
             "Parked sessions let go, by reason.",
             "reason",
             {"expired", "evicted"}},
      Family{"roomcast_bridge_calls_total", "Calls of the bridge, by method.", "method",
             BridgeMethods()},
      Family{"roomcast_bridge_answers_total", "Calls of the bridge answered, by gRPC status.",
             "status", GrpcStatuses()},
      Family{"roomcast_connections_turned_away_total",
             "Connections that may come back later, by reason.", "reason", TurnedAwayReasons()},
      Family{"roomcast_tls_failures_total",
             "TLS handshakes on the public port that failed, by reason.",
             "reason",
             {"plain_http", "not_tls", "version", "cipher", "protocol", "client_certificate",
              "refused_by_peer", "timeout", "cut", "other"}},
      Family{"roomcast_certificates_reloaded_total",
             "Certificates read anew, by result; a refused one changes nothing.",
             "result",
             {"loaded", "refused"}},
  };
}

std::array<Family, kGauges> MakeGauges() {
  return {
      Plain("roomcast_connections", "Open connections on the public port."),
      Plain("roomcast_sessions", "Sessions with a connection."),
      Plain("roomcast_parked_sessions", "Sessions that wait for their client to come back."),
      Plain("roomcast_parked_bytes", "Memory that they take."),
      Plain("roomcast_rooms", "Rooms with members or messages, at their home shards."),
      Plain("roomcast_members", "Sessions in rooms, one for each room of each session."),
      Plain("roomcast_slow_members", "Members that are behind now."),
      Plain("roomcast_stats_readers", "Who reads the hub's own figures in $sys:stats now."),
      Plain("roomcast_history_bytes", "Memory that rooms' histories take."),
      Plain("roomcast_outbox_bytes", "Bytes that wait to be written to sockets."),
      Plain("roomcast_mailbox_messages", "Messages that wait in shards' mailboxes."),
      Plain("roomcast_memory_short", "1 while new connections are refused for want of memory."),
      Plain("roomcast_public_certificate_expires_at_seconds",
            "When the public port's certificate expires, in Unix time; 0 without TLS."),
      Plain("roomcast_bridge_certificate_expires_at_seconds",
            "When the bridge's certificate expires, in Unix time; 0 without TLS."),
  };
}

std::array<Family, kHistograms> MakeHistograms() {
  return {
      Plain("roomcast_round_trip_seconds", "Round trips measured by the hub's pings."),
      Plain("roomcast_loop_turn_seconds", "Time a shard worked between two waits."),
  };
}

constexpr std::uint32_t kRoundTripBounds[] = {500,       1'000,     2'500,     5'000,   10'000,
                                              25'000,    50'000,    100'000,   250'000, 500'000,
                                              1'000'000, 2'500'000, 10'000'000};
constexpr std::uint32_t kLoopTurnBounds[] = {50,    100,    250,    500,     1'000,    2'500,
                                             5'000, 10'000, 25'000, 100'000, 1'000'000};

int IndexOr(const Labels& labels, std::string_view text, int otherwise) {
  const auto found = std::find(labels.begin(), labels.end(), text);
  return found == labels.end() ? otherwise : static_cast<int>(found - labels.begin());
}

}  // namespace

std::string_view Label(TurnedAway reason) {
  switch (reason) {
    case TurnedAway::kFull:
      return "full";
    case TurnedAway::kMemory:
      return "memory";
    case TurnedAway::kAddressConnections:
      return "address_connections";
    case TurnedAway::kAddressRate:
      return "address_rate";
    case TurnedAway::kAddressFlood:
      return "address_flood";
    case TurnedAway::kDescriptors:
      return "descriptors";
  }
  return "";
}

const Family& FamilyOf(Counter counter) {
  static const auto families = MakeCounters();
  return families.at(static_cast<std::size_t>(counter));
}

const Family& FamilyOf(LabelledCounter counter) {
  static const auto families = MakeLabelledCounters();
  return families.at(static_cast<std::size_t>(counter));
}

const Family& FamilyOf(Gauge gauge) {
  static const auto families = MakeGauges();
  return families.at(static_cast<std::size_t>(gauge));
}

const Family& FamilyOf(Histogram histogram) {
  static const auto families = MakeHistograms();
  return families.at(static_cast<std::size_t>(histogram));
}

std::span<const std::uint32_t> BoundsOf(Histogram histogram) {
  switch (histogram) {
    case Histogram::kRoundTrip:
      return kRoundTripBounds;
    case Histogram::kLoopTurn:
      return kLoopTurnBounds;
  }
  return {};
}

int EndCodeIndex(std::uint32_t close_code) {
  const Labels& labels = FamilyOf(LabelledCounter::kConnectionsEnded).labels;
  return IndexOr(labels, std::to_string(close_code), static_cast<int>(labels.size()) - 1);
}

int BridgeMethodIndex(std::string_view method) {
  const Labels& labels = FamilyOf(LabelledCounter::kBridgeCalls).labels;
  return IndexOr(labels, method, static_cast<int>(labels.size()) - 1);
}

int LabelIndex(LabelledCounter counter, std::uint32_t code) {
  const int index = IndexOr(FamilyOf(counter).labels, std::to_string(code), -1);
  if (index < 0) {
    Check(false, std::string(FamilyOf(counter).name) + " has no label " + std::to_string(code));
  }
  return index;
}

}  // namespace roomcast::ops
