#ifndef ROOMCAST_SERVER_OPENSSL_SECRETS_H_
#define ROOMCAST_SERVER_OPENSSL_SECRETS_H_

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

#include "server/hub/secrets.h"
#include "server/ops/check.h"

namespace roomcast {

// Randomness of OpenSSL's generator. Any thread. It is taken from the generator in larger pieces,
// because one call of it costs more than what a whole Hello needs; what was given out is wiped.
class OpensslSecrets : public hub::Secrets {
 public:
  void Fill(char* out, std::size_t bytes) override {
    while (bytes > 0) {
      thread_local Pool pool;
      if (pool.left == 0) pool.Refill();
      const std::size_t piece = std::min(bytes, pool.left);
      unsigned char* at = pool.bytes.data() + (pool.left -= piece);
      std::memcpy(out, at, piece);
      OPENSSL_cleanse(at, piece);
      out += piece;
      bytes -= piece;
    }
  }

 private:
  struct Pool {
    std::array<unsigned char, 1024> bytes;
    std::size_t left = 0;

    void Refill() {
      const int ok = RAND_bytes(bytes.data(), static_cast<int>(bytes.size()));
      // A hub without it would give out keys that can be guessed.
      ops::Check(ok == 1, "the system gives randomness");
      left = bytes.size();
    }
  };
};

}  // namespace roomcast

#endif  // ROOMCAST_SERVER_OPENSSL_SECRETS_H_
