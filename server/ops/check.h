#ifndef ROOMCAST_SERVER_OPS_CHECK_H_
#define ROOMCAST_SERVER_OPS_CHECK_H_

#include <cstdio>
#include <cstdlib>
#include <string>

namespace roomcast::ops {

// For our own broken invariants, in every build: says which, and stops the process.
inline void Check(bool holds, const std::string& invariant) {
  if (holds) return;
  std::fprintf(stderr, "broken invariant: %s\n", invariant.c_str());
  std::abort();
}

}  // namespace roomcast::ops

#endif  // ROOMCAST_SERVER_OPS_CHECK_H_
