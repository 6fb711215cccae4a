#ifndef ROOMCAST_TESTS_BENCH_FIGURES_H_
#define ROOMCAST_TESTS_BENCH_FIGURES_H_

#include <cstddef>
#include <utility>
#include <vector>

namespace roomcast::bench {

// The value below which `share` (0 to 1) of them lie. Not of none.
double Quantile(std::vector<double> values, double share);
inline double Median(std::vector<double> values) { return Quantile(std::move(values), 0.5); }
// The median of the ratios of what belongs together: ours[i] to theirs[i], of one round.
double MedianRatio(const std::vector<double>& ours, const std::vector<double>& theirs);

}  // namespace roomcast::bench

#endif  // ROOMCAST_TESTS_BENCH_FIGURES_H_
