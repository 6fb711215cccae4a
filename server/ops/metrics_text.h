#ifndef ROOMCAST_SERVER_OPS_METRICS_TEXT_H_
#define ROOMCAST_SERVER_OPS_METRICS_TEXT_H_

#include <string>
#include <string_view>

namespace roomcast::ops {

// Lines of Prometheus' text format 0.0.4.

// `# HELP` and `# TYPE` of a family; before its first sample.
void AppendFamily(std::string& out, std::string_view name, std::string_view help,
                  std::string_view type);

// One sample. Empty label name: no label. `value` is a number as text. The label's value is escaped
// here.
void AppendSample(std::string& out, std::string_view name, std::string_view label_name,
                  std::string_view label, std::string_view value);

// Microseconds as seconds, exactly: 1500000 is "1.5".
std::string Seconds(unsigned long long microseconds);

}  // namespace roomcast::ops

#endif  // ROOMCAST_SERVER_OPS_METRICS_TEXT_H_
