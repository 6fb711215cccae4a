#include "tests/bench/child_process.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "tests/bench/failure.h"

namespace roomcast::bench {

void PinTo(const Cores& cores) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int core : cores) CPU_SET(core, &set);
  if (sched_setaffinity(0, sizeof(set), &set) != 0) {
    throw Failure(std::string("cannot choose a core: ") + std::strerror(errno));
  }
}

Cores UsableCores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  sched_getaffinity(0, sizeof(set), &set);
  Cores cores;
  for (int core = 0; core < CPU_SETSIZE; ++core) {
    if (CPU_ISSET(core, &set)) cores.push_back(core);
  }
  return cores;
}

ChildProcess::ChildProcess(const std::vector<std::string>& words, const Cores& cores)
    : log_(memfd_create("log", MFD_CLOEXEC)) {
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  Fork(cores, [&] {
    const int nothing = open("/dev/null", O_RDWR);
    dup2(nothing, STDIN_FILENO);
    dup2(nothing, STDOUT_FILENO);
    dup2(log_, STDERR_FILENO);
    execv(arguments[0], arguments.data());
    dprintf(STDERR_FILENO, "cannot run %s: %s\n", arguments[0], std::strerror(errno));
  });
}

ChildProcess::ChildProcess(const std::function<void()>& run, const Cores& cores) {
  Fork(cores, run);
}

void ChildProcess::Fork(const Cores& cores, const std::function<void()>& run) {
  pid_ = fork();
  if (pid_ < 0) throw Failure(std::string("cannot fork: ") + std::strerror(errno));
  if (pid_ > 0) return;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  try {
    PinTo(cores);
    run();
  } catch (const Failure& failure) {
    dprintf(STDERR_FILENO, "%s\n", failure.what());
  }
  _exit(1);
}

ChildProcess::~ChildProcess() {
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  if (log_ >= 0) close(log_);
}

bool ChildProcess::IsAlive() const {
  siginfo_t info{};
  return waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid == 0;
}

std::string ChildProcess::Said() const {
  std::string said;
  std::array<char, 4096> bytes;
  off_t at = 0;
  for (ssize_t got = 0; (got = pread(log_, bytes.data(), bytes.size(), at)) > 0; at += got) {
    said.append(bytes.data(), static_cast<std::size_t>(got));
  }
  return said;
}

}  // namespace roomcast::bench
