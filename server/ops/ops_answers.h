#ifndef ROOMCAST_SERVER_OPS_OPS_ANSWERS_H_
#define ROOMCAST_SERVER_OPS_OPS_ANSWERS_H_

#include <string>
#include <string_view>

#include "server/ops/ops_server.h"

namespace roomcast::ops {

// What the ops server says to one request, without the HTTP around it.
struct OpsAnswer {
  int status = 200;
  std::string content_type = {};
  std::string body = {};
};

// `target` is the request's, with its query; `is_read` says that the method is GET or HEAD. Asks
// only the source that the answer needs.
OpsAnswer AnswerOps(std::string_view target, bool is_read, const HealthSource& health,
                    const MetricsSource& metrics);

}  // namespace roomcast::ops

#endif  // ROOMCAST_SERVER_OPS_OPS_ANSWERS_H_
