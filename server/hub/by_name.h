#ifndef ROOMCAST_SERVER_HUB_BY_NAME_H_
#define ROOMCAST_SERVER_HUB_BY_NAME_H_

#include <cstddef>
#include <string_view>

#include "proto/protocol/siphash.h"

namespace roomcast::hub {

// How sets of pointers to things with a `name` find and order them: by the name in the thing
// itself, so that it is kept once. Looked up by name or by pointer; the name stays as it is while
// the thing is in a set.
struct ByName {
  static std::string_view NameOf(std::string_view name) { return name; }
  static std::string_view NameOf(const auto& pointer) { return pointer->name; }

  struct Hash {
    using is_transparent = void;
    HashKey key;
    std::size_t operator()(const auto& one) const { return SipHash(key, NameOf(one)); }
  };
  struct Same {
    using is_transparent = void;
    bool operator()(const auto& a, const auto& b) const { return NameOf(a) == NameOf(b); }
  };
  struct Earlier {
    using is_transparent = void;
    bool operator()(const auto& a, const auto& b) const { return NameOf(a) < NameOf(b); }
  };
};

}  // namespace roomcast::hub

#endif  // ROOMCAST_SERVER_HUB_BY_NAME_H_
