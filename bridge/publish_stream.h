// PublishStream: items come in messages of many, and their acknowledgements go back so.
#ifndef ROOMCAST_BRIDGE_PUBLISH_STREAM_H_
#define ROOMCAST_BRIDGE_PUBLISH_STREAM_H_

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "bridge/admission.h"
#include "bridge/bridge_observer.h"
#include "bridge/open_streams.h"
#include "bridge/room_gateway.h"
#include "bridge/stream_producer.h"
#include "bridge/stream_pump.h"
#include "roomcast/v1/bridge.pb.h"

namespace roomcast::bridge {

// What a stream may hold: items that are taken and whose acknowledgement is not written yet. At the
// limit it is not read, so a producer that minds no credits is slowed by the connection.
inline constexpr std::uint32_t kStreamWindowItems = 4096;
inline constexpr std::uint32_t kStreamWindowBytes = 4 * 1024 * 1024;

// One stream. Bytes come and go raw, so that those which are no request can be told from the
// stream's end. Keeps itself alive until gRPC is done with it. Thread-safe: gRPC reads and writes
// on its threads, and acknowledgements come from the shards', which only leave them here: they are
// written by the pump's thread, or by the one that has just written.
//
// Each operation is decided with the lock and started without it; nobody ends the stream in between
// (`starting_`), since after that nothing may be started.
class PublishStream final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>,
                            public StreamProducer::Reader,
                            public OpenStream,
                            public PumpedStream,
                            public std::enable_shared_from_this<PublishStream> {
 public:
  // What streams share; the references outlive the server.
  struct World {
    RoomGateway& gateway;
    const Admission& admission;
    BridgeObserver& observer;
    StreamProducers& producers;
    OpenStreams& streams;
    std::shared_ptr<StreamPump> pump;
  };
  static PublishStream* Begin(const World& world, std::variant<Caller, TurnedAway> admitted);

  void OnAcks(std::vector<ItemOutcome> acks) override;
  void OnTakenOver() override;
  void OnHubStops() override;
  void OnKeysChanged() override;
  void OnPumped() override;

 private:
  PublishStream(const World& world, Caller caller) : world_(world), caller_(std::move(caller)) {}

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

  // The reader's part; one at a time.
  [[nodiscard]] std::optional<HubError> FaultInRequest() const;
  void Open();
  void TakeItems();

  // How the stream is to end. The first reason stays.
  enum class When { kSettled, kAtOnce };
  void End(When when, Refusal refusal, grpc::Status status);
  // What is to be written.
  struct Response {
    std::optional<v1::PublishStreamOpened> opened;
    std::vector<ItemOutcome> acks;
    std::uint32_t credits = 0;
  };
  struct Next {
    bool read = false;
    std::optional<Response> write;
    bool finish = false;
  };
  // Starts what can be started. Without the lock.
  void GoOn();
  void Write(const Response& response);
  // With the lock.
  Next Decide();
  [[nodiscard]] bool HasRoom() const;
  [[nodiscard]] bool MayFinish() const;
  [[nodiscard]] std::size_t AcksToWrite() const;
  Response TakeResponse();

  const World world_;
  const Caller caller_;
  std::shared_ptr<PublishStream> self_;
  std::string key_;  // of the producer, among StreamProducers
  std::shared_ptr<StreamProducer> producer_;
  grpc::ByteBuffer read_;
  v1::PublishStreamRequest request_;  // its memory serves the next one too
  grpc::ByteBuffer written_;          // of who has begun to write

  std::mutex mutex_;  // of everything below
  std::vector<ItemOutcome> acks_;
  std::size_t acks_at_ = 0;  // those before are written
  std::size_t items_ = 0;    // taken, and not acknowledged
  std::size_t bytes_ = 0;
  std::optional<std::uint64_t> ack_credits_;  // none: the producer takes all
  std::optional<v1::PublishStreamOpened> opened_;
  bool reading_ = false;
  bool taking_ = false;  // what was read
  bool writing_ = false;
  bool rung_ = false;  // the pump comes
  bool read_ended_ = false;
  bool cancelled_ = false;
  bool finished_ = false;
  int starting_ = 0;
  struct Ending {
    When when;
    grpc::Status status;
  };
  std::optional<Ending> ending_;
};

}  // namespace roomcast::bridge

#endif  // ROOMCAST_BRIDGE_PUBLISH_STREAM_H_
