// The methods of `roomcast.v1.Bridge` as gRPC's callbacks. Those whose bytes we read ourselves are
// raw: gRPC tells of a message that it cannot read as if the stream had ended.
#ifndef ROOMCAST_BRIDGE_BRIDGE_METHODS_H_
#define ROOMCAST_BRIDGE_BRIDGE_METHODS_H_

#include "roomcast/v1/bridge.grpc.pb.h"

namespace roomcast::bridge {

using BridgeMethods =
    v1::Bridge::WithRawCallbackMethod_Publish<v1::Bridge::WithCallbackMethod_Broadcast<
        v1::Bridge::WithRawCallbackMethod_PublishStream<v1::Bridge::WithRawCallbackMethod_Watch<
            v1::Bridge::WithCallbackMethod_JoinUser<v1::Bridge::WithCallbackMethod_LeaveUser<
                v1::Bridge::WithCallbackMethod_Disconnect<v1::Bridge::WithCallbackMethod_GetHistory<
                    v1::Bridge::WithCallbackMethod_TrimHistory<
                        v1::Bridge::WithCallbackMethod_GetPresence<
                            v1::Bridge::WithCallbackMethod_GetPresenceCounts<
                                v1::Bridge::WithCallbackMethod_ListRooms<
                                    v1::Bridge::WithCallbackMethod_ListSessions<
                                        v1::Bridge::WithCallbackMethod_GetInfo<
                                            v1::Bridge::WithCallbackMethod_Drain<
                                                v1::Bridge::WithCallbackMethod_ReloadConfig<
                                                    v1::Bridge::WithCallbackMethod_MintToken<
                                                        v1::Bridge::Service>>>>>>>>>>>>>>>>>;

}  // namespace roomcast::bridge

#endif  // ROOMCAST_BRIDGE_BRIDGE_METHODS_H_
