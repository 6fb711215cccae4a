#ifndef ROOMCAST_SERVER_HUB_FAILURE_H_
#define ROOMCAST_SERVER_HUB_FAILURE_H_

#include <string>

#include "proto/protocol/codes.h"
#include "proto/protocol/instant.h"

namespace roomcast::hub {

// A refusal on its way to whoever asked.
struct Failure {
  ErrorCode code{};
  std::string message;
  Duration retry_after{};
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_FAILURE_H_
