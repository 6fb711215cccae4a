// One Watch: reads what the backend asks for, and writes what the hub says as the very bytes that
// it was said in.
#ifndef ROOMCAST_BRIDGE_WATCH_STREAM_H_
#define ROOMCAST_BRIDGE_WATCH_STREAM_H_

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <variant>

#include "bridge/admission.h"
#include "bridge/bridge_observer.h"
#include "bridge/open_streams.h"
#include "bridge/stream_pump.h"
#include "bridge/watch_gateway.h"
#include "bridge/write_pace.h"

namespace roomcast::bridge {

// What streams share.
struct StreamWorld {
  const Admission& admission;
  BridgeObserver& observer;  // these outlive the server, which may be gone when a stream has ended
  OpenStreams& open_streams;
  std::shared_ptr<StreamPump> pump;
};

// Keeps itself alive until gRPC is done with it. Thread-safe: gRPC's threads, the pump's and
// shards' come as they like.
class WatchStream final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>,
                          public WatchListener,
                          public OpenStream,
                          public PumpedStream,
                          public std::enable_shared_from_this<WatchStream> {
 public:
  // The reactor of a call by `caller`, or of one that was turned away.
  static WatchStream* Begin(std::variant<Caller, TurnedAway> caller, WatchGateway& gateway,
                            const StreamWorld& world);

 private:
  WatchStream(const Caller& caller, const StreamWorld& world) : caller_(caller), world_(world) {}

  // grpc::ServerBidiReactor
  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;
  // WatchListener
  void OnWatchReady() override;
  void OnWatchCut() override;
  // OpenStream
  void OnHubStops() override;
  void OnKeysChanged() override;
  // PumpedStream
  void OnPumped() override;

  void Open(WatchGateway& gateway);
  void Read();
  // Writes what there is, if nothing is being written. Under the lock.
  void WriteNext();
  // The same, at once or when its pace allows.
  void WriteWhenDue();
  void End(const HubError& why);
  // Under the lock, as all that ends it. True: its caller may no more.
  bool EndedByKeys();
  // Ends the stream, once. Under the lock.
  void EndWith(std::optional<Refusal> refusal, grpc::Status status);

  const Caller caller_;
  const StreamWorld world_;
  std::shared_ptr<WatchStream> self_;
  std::shared_ptr<WatchFeed> feed_;  // set before the first callback
  std::atomic<bool> rung_{false};
  std::atomic<bool> writing_{false};
  std::atomic<bool> waits_{false};  // there may be something to take
  std::atomic<bool> hub_stops_{false};
  std::atomic<bool> keys_changed_{false};
  std::atomic<bool> cut_{false};

  std::mutex mutex_;  // of the rest
  bool ended_ = false;
  bool reading_ = false;
  bool half_closed_ = false;
  WritePace pace_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer response_;
};

}  // namespace roomcast::bridge

#endif  // ROOMCAST_BRIDGE_WATCH_STREAM_H_
