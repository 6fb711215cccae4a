#ifndef ROOMCAST_SERVER_OPS_METRIC_FAMILIES_H_
#define ROOMCAST_SERVER_OPS_METRIC_FAMILIES_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace roomcast::ops {

// Every metric of the hub, declared once: what it is called, what it means, which labels it can
// have. Labels are closed sets; none is a room, a user or an address, whose number nobody bounds.
// Names and help stand in metric_families.cc. Pure; any thread.

enum class Counter : std::uint8_t {
  kConnectionsAccepted,
  kUpgrades,
  kMessagesIn,
  kMessagesOut,
  kBytesIn,
  kBytesOut,
  kDeliveries,
  kWrites,
  kWritesTogether,
  kMailboxOverflows,
  kMembersBehind,
  kHistoryEvicted,
  kDuplicates,
  kAcceptFailures,
  kTlsHandshakes,
  kMessagesDeflated,
  kDeflateSavedBytes,
  kMessagesInflated,
};
inline constexpr std::size_t kCounters = 18;

// Counters with one label.
enum class LabelledCounter : std::uint8_t {
  kConnectionsEnded,  // code: label_index of EndCodeIndex
  kDisconnects,       // code: of DisconnectCode
  kLefts,             // code: of LeftCode
  kErrors,            // code: of ErrorCode
  kUpgradesRefused,   // reason: websocket::RefusalReason
  kFramesRefused,     // reason: websocket::Violation
  kMessagesRefused,   // reason: BadMessage
  kTokensRefused,     // reason: auth::TokenRefusal
  kPublications,      // door: Door
  kGaps,              // reason: GapLabel
  kJoins,             // verdict: the wire's Verdict
  kResumes,           // outcome: ResumeLabel
  kParkedDropped,     // reason: ParkedDropLabel
  kBridgeCalls,       // method: of service Bridge
  kBridgeAnswers,     // status: gRPC's numbers
  kTurnedAway,        // reason: TurnedAway
  kTlsFailures,       // reason: TlsFailure
  kCertificates,      // result: CertificateReload
};
inline constexpr std::size_t kLabelledCounters = 18;

// What a shard has now; the shards' values are summed.
enum class Gauge : std::uint8_t {
  kConnections,
  kSessions,
  kParkedSessions,
  kParkedBytes,
  kRooms,
  kMembers,
  kSlowMembers,
  kStatsReaders,
  kHistoryBytes,
  kOutboxBytes,
  kMailboxMessages,
  kMemoryShort,
  kPublicCertificateExpires,
  kBridgeCertificateExpires,
};
inline constexpr std::size_t kGauges = 14;

// Observed in microseconds, shown in seconds.
enum class Histogram : std::uint8_t {
  kRoundTrip,
  kLoopTurn,
};
inline constexpr std::size_t kHistograms = 2;

// Whose publication it is.
enum class Door : std::uint8_t { kWebSocket, kBridge };

// Messages that were well framed and are refused all the same; the first ones have the numbers and
// the order of hub::BadMessage.
enum class BadMessage : std::uint8_t {
  kMalformed,           // not an encoding of ClientFrame
  kBeforeHello,         // a command before Hello
  kSecondHello,         // Hello again
  kBadHello,            // Hello of another version, or with a field that is out of its range
  kBeforeWelcomeBytes,  // too much before Welcome
  kControlFlood,        // too many control frames in the window
};

// Why a connection that did nothing wrong may not stay.
enum class TurnedAway : std::uint8_t {
  kFull,                // the hub has as many as it may
  kMemory,              // memory is short
  kAddressConnections,  // its address has as many as it may
  kAddressRate,         // its address opens them too fast
  kAddressFlood,        // its address is above twice a limit: dropped without a word
  kDescriptors,         // the last file descriptors are kept for others: dropped without a word
};
// As a metric's label.
std::string_view Label(TurnedAway reason);

// How a TLS handshake ended before there was a connection.
enum class TlsFailure : std::uint8_t {
  kPlainHttp,          // HTTP, in the clear; answered with 400
  kNotTls,             // no TLS at all
  kVersion,            // older than 1.2
  kCipher,             // none in common
  kProtocol,           // ALPN without http/1.1
  kClientCertificate,  // none, or none that is believed
  kRefusedByPeer,      // it sent an alert: it does not believe in our certificate
  kTimeout,
  kCut,
  kOther,
};

// A certificate and key read anew.
enum class CertificateReload : std::uint8_t { kLoaded, kRefused };

// Numbers and order of client.proto's GapReason, less its unspecified one.
enum class GapLabel : std::uint8_t { kSlow, kEvicted, kEngine };

// What came of a Hello that named a session; numbers and order of hub::ResumeOutcome.
enum class ResumeLabel : std::uint8_t {
  kResumed,
  kUnknown,
  kWrongKey,
  kOtherUser,
  kTakenOver,
  kRevoked,
};

// Why a parked session was let go; numbers and order of hub::ParkedDrop.
enum class ParkedDropLabel : std::uint8_t { kExpired, kEvicted };

// A family as the exposition shows it.
struct Family {
  std::string_view name;
  std::string_view help;
  std::string_view label_name;      // empty: no label
  std::vector<std::string> labels;  // by label index; one empty string without a label
};

const Family& FamilyOf(Counter counter);
const Family& FamilyOf(LabelledCounter counter);
const Family& FamilyOf(Gauge gauge);
const Family& FamilyOf(Histogram histogram);

// Upper bounds of the buckets in microseconds, rising; the last bucket, +Inf, is not among them.
std::span<const std::uint32_t> BoundsOf(Histogram histogram);

// The label of a number from outside: a close code that a peer chose, a gRPC method by name. What
// is in no table shares the last label, `other`.
int EndCodeIndex(std::uint32_t close_code);
int BridgeMethodIndex(std::string_view method);

// The label of a code from one of our own tables. The process stops if it is in none.
int LabelIndex(LabelledCounter counter, std::uint32_t code);

}  // namespace roomcast::ops

#endif  // ROOMCAST_SERVER_OPS_METRIC_FAMILIES_H_
