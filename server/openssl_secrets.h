#ifndef ROOMCAST_SERVER_OPENSSL_SECRETS_H_
#define ROOMCAST_SERVER_OPENSSL_SECRETS_H_

#include <openssl/rand.h>

#include <cstddef>

#include "server/hub/secrets.h"
#include "server/ops/check.h"

namespace roomcast {

// Randomness of OpenSSL's generator. Any thread.
class OpensslSecrets : public hub::Secrets {
 public:
  void Fill(char* out, std::size_t bytes) override {
    const int ok = RAND_bytes(reinterpret_cast<unsigned char*>(out), static_cast<int>(bytes));
    // A hub without it would give out keys that can be guessed.
    ops::Check(ok == 1, "the system gives randomness");
  }
};

}  // namespace roomcast

#endif  // ROOMCAST_SERVER_OPENSSL_SECRETS_H_
