#ifndef ROOMCAST_SERVER_TOKEN_COMMAND_H_
#define ROOMCAST_SERVER_TOKEN_COMMAND_H_

#include <string>
#include <vector>

namespace roomcast {

// `roomcast token USER [--ttl 1h] [--admin] FLAGS`: prints a token that a hub with these flags of
// `serve` believes, made with its development secret. With --admin it may read the hub's own
// figures, which the dashboard shows. Returns the exit code: 2 and one text on stderr if the words
// make no sense.
int RunToken(const std::vector<std::string>& words);

}  // namespace roomcast

#endif  // ROOMCAST_SERVER_TOKEN_COMMAND_H_
