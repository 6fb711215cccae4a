#include "server/ops/metrics_text.h"

#include "server/ops/metrics.h"
#include "server/ops/metrics_layout.h"
#include "server/ops/process_metrics.h"

namespace roomcast::ops {
namespace {

void AppendEscaped(std::string& out, std::string_view text, bool is_label) {
  for (const char c : text) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '"' && is_label) {
      out += "\\\"";
    } else {
      out += c;
    }
  }
}

// `sum` gives the total of a cell over everyone who counts.
template <typename Sum>
void AppendLabels(std::string& out, const Family& family, std::string_view type, std::size_t first,
                  const Sum& sum) {
  AppendFamily(out, family.name, family.help, type);
  for (std::size_t i = 0; i < family.labels.size(); ++i) {
    AppendSample(out, family.name, family.label_name, family.labels[i],
                 std::to_string(sum(first + i)));
  }
}

template <typename Sum>
void AppendHistogram(std::string& out, Histogram histogram, const Sum& sum) {
  const Family& family = FamilyOf(histogram);
  const auto bounds = BoundsOf(histogram);
  const std::size_t first = Layout().histograms[static_cast<std::size_t>(histogram)];
  const std::string name(family.name);
  AppendFamily(out, family.name, family.help, "histogram");
  std::uint64_t observed = 0;
  for (std::size_t i = 0; i <= bounds.size(); ++i) {
    observed += sum(first + i);
    const std::string bound = i < bounds.size() ? Seconds(bounds[i]) : "+Inf";
    AppendSample(out, name + "_bucket", "le", bound, std::to_string(observed));
  }
  AppendSample(out, name + "_sum", "", "", Seconds(sum(first + bounds.size() + 1)));
  AppendSample(out, name + "_count", "", "", std::to_string(observed));
}

}  // namespace

void AppendFamily(std::string& out, std::string_view name, std::string_view help,
                  std::string_view type) {
  out.append("# HELP ").append(name).append(" ");
  AppendEscaped(out, help, /*is_label=*/false);
  out.append("\n# TYPE ").append(name).append(" ").append(type).append("\n");
}

void AppendSample(std::string& out, std::string_view name, std::string_view label_name,
                  std::string_view label, std::string_view value) {
  out.append(name);
  if (!label_name.empty()) {
    out.append("{").append(label_name).append("=\"");
    AppendEscaped(out, label, /*is_label=*/true);
    out.append("\"}");
  }
  out.append(" ").append(value).append("\n");
}

std::string Seconds(unsigned long long microseconds) {
  std::string text = std::to_string(microseconds / 1'000'000);
  unsigned long long rest = microseconds % 1'000'000;
  if (rest == 0) return text;
  std::string digits = std::to_string(rest);
  digits.insert(0, 6 - digits.size(), '0');
  digits.erase(digits.find_last_not_of('0') + 1);
  return text + "." + digits;
}

std::string Metrics::Text() const {
  const auto sum = [this](std::size_t index) { return Sum(index); };
  std::string out;
  AppendFamily(out, "roomcast_build_info", "The version that runs; always 1.", "gauge");
  AppendSample(out, "roomcast_build_info", "version", version_, "1");
  for (std::size_t i = 0; i < kCounters; ++i) {
    AppendLabels(out, FamilyOf(static_cast<Counter>(i)), "counter", i, sum);
  }
  for (std::size_t i = 0; i < kLabelledCounters; ++i) {
    const Family& family = FamilyOf(static_cast<LabelledCounter>(i));
    AppendLabels(out, family, "counter", Layout().labelled.at(i), sum);
  }
  for (std::size_t i = 0; i < kGauges; ++i) {
    AppendLabels(out, FamilyOf(static_cast<Gauge>(i)), "gauge", Layout().gauges + i, sum);
  }
  for (std::size_t i = 0; i < kHistograms; ++i) {
    AppendHistogram(out, static_cast<Histogram>(i), sum);
  }
  AppendProcessMetrics(out);
  return out;
}

}  // namespace roomcast::ops
