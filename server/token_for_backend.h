#ifndef ROOMCAST_SERVER_TOKEN_FOR_BACKEND_H_
#define ROOMCAST_SERVER_TOKEN_FOR_BACKEND_H_

#include "roomcast/v1/config.pb.h"
#include "server/net/operations.h"

namespace roomcast {

// A token that a hub with this config believes, made with its development secret; or why there is
// none. Reads the clock. A lifetime of 0 is one hour, as of `roomcast token`.
net::Operations::MintAnswer MintTokenAs(const v1::Config& config,
                                        const net::Operations::Wanted& wanted);

}  // namespace roomcast

#endif  // ROOMCAST_SERVER_TOKEN_FOR_BACKEND_H_
