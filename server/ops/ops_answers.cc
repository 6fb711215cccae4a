#include "server/ops/ops_answers.h"

#include <nlohmann/json.hpp>

#include "server/ops/metrics.h"

namespace roomcast::ops {
namespace {

OpsAnswer State(bool good, const std::string& reason) {
  nlohmann::json body = {{"status", good ? "ok" : "unavailable"}};
  if (!good) body["reason"] = reason;
  return {good ? 200 : 503, "application/json",
          body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n"};
}

OpsAnswer Refuse(int status, std::string_view words) {
  return {status, "text/plain; charset=utf-8", std::string(words) + "\n"};
}

}  // namespace

OpsAnswer AnswerOps(std::string_view target, bool is_read, const HealthSource& health,
                    const MetricsSource& metrics) {
  const std::string_view path = target.substr(0, target.find('?'));
  const bool known = path == "/livez" || path == "/readyz" || path == "/metrics";
  if (!known) return Refuse(404, "here are /livez, /readyz and /metrics");
  if (!is_read) return Refuse(405, "only GET and HEAD");
  if (path == "/metrics") return {200, kMetricsContentType, metrics()};
  const Health now = health();
  if (path == "/livez") return State(now.alive, now.reason);
  return State(now.alive && now.ready, now.reason);
}

}  // namespace roomcast::ops
