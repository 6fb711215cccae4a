#ifndef ROOMCAST_TESTS_BENCH_CHILD_PROCESS_H_
#define ROOMCAST_TESTS_BENCH_CHILD_PROCESS_H_

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

namespace roomcast::bench {

// The processors that a process may use, as a list of their numbers.
using Cores = std::vector<int>;
// Of the calling process.
void PinTo(const Cores& cores);
// As many as the machine lets us use.
Cores UsableCores();

// A process that is measured. It ends with this object, and with the driver, however that ends.
class ChildProcess {
 public:
  // A program with its arguments. What it writes to stderr can be read with Said().
  ChildProcess(const std::vector<std::string>& words, const Cores& cores);
  // A function of ours in a process of its own. It must not return.
  ChildProcess(const std::function<void()>& run, const Cores& cores);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  // SIGKILL: nothing of a benchmark is worth an orderly end.
  ~ChildProcess();

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] bool IsAlive() const;
  [[nodiscard]] std::string Said() const;

 private:
  void Fork(const Cores& cores, const std::function<void()>& run);

  pid_t pid_ = -1;
  int log_ = -1;
};

}  // namespace roomcast::bench

#endif  // ROOMCAST_TESTS_BENCH_CHILD_PROCESS_H_
