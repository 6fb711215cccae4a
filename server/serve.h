#ifndef ROOMCAST_SERVER_SERVE_H_
#define ROOMCAST_SERVER_SERVE_H_

#include <string>
#include <vector>

namespace roomcast {

// `roomcast serve FLAGS`: a hub until SIGTERM or SIGINT; a second signal ends it at once. Returns
// the exit code: 0 after a clean end, 1 if it cannot listen, 2 if the flags or the config make no
// sense; then one text on stderr says why. Otherwise stderr is the log.
int RunServe(const std::vector<std::string>& flags);

}  // namespace roomcast

#endif  // ROOMCAST_SERVER_SERVE_H_
