#include "tests/bench/figures.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "tests/bench/failure.h"

namespace roomcast::bench {

double Quantile(std::vector<double> values, double share) {
  if (values.empty()) throw Failure("there is nothing to take a quantile of");
  const auto at =
      static_cast<std::size_t>(std::lround(share * static_cast<double>(values.size() - 1)));
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(at);
  std::nth_element(values.begin(), place, values.end());
  return *place;
}

double MedianRatio(const std::vector<double>& ours, const std::vector<double>& theirs) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < std::min(ours.size(), theirs.size()); ++i) {
    ratios.push_back(ours[i] / theirs[i]);
  }
  return Median(std::move(ratios));
}

}  // namespace roomcast::bench
