#ifndef ROOMCAST_SERVER_OPS_PROCESS_METRICS_H_
#define ROOMCAST_SERVER_OPS_PROCESS_METRICS_H_

#include <string>

namespace roomcast::ops {

// What Prometheus' client libraries tell of any process, under their names: CPU time, resident and
// virtual memory, open file descriptors and their limit, start time. Read from /proc at the call;
// what cannot be read is left out. Any thread.
void AppendProcessMetrics(std::string& out);

}  // namespace roomcast::ops

#endif  // ROOMCAST_SERVER_OPS_PROCESS_METRICS_H_
