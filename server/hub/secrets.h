#ifndef ROOMCAST_SERVER_HUB_SECRETS_H_
#define ROOMCAST_SERVER_HUB_SECRETS_H_

#include <cstddef>

namespace roomcast::hub {

// Randomness that nobody can guess, for session ids and keys, epochs and hash keys. The server
// takes it from OpenSSL, a simulation from its seed.
class Secrets {
 public:
  virtual ~Secrets() = default;
  virtual void Fill(char* out, std::size_t bytes) = 0;
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_SECRETS_H_
