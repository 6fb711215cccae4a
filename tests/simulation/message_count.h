#ifndef ROOMCAST_TESTS_SIMULATION_MESSAGE_COUNT_H_
#define ROOMCAST_TESTS_SIMULATION_MESSAGE_COUNT_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace roomcast::simulation {

// How many messages a frame of ours holds: its only field is `repeated … messages = 1`. The frame
// is known to be well formed.
inline std::uint64_t CountMessages(std::string_view frame) {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < frame.size(); ++count) {
    ++i;  // the tag
    std::size_t bytes = 0;
    for (int shift = 0; i < frame.size(); shift += 7) {
      const auto byte = static_cast<unsigned char>(frame[i++]);
      bytes |= static_cast<std::size_t>(byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    i += bytes;
  }
  return count;
}

}  // namespace roomcast::simulation

#endif  // ROOMCAST_TESTS_SIMULATION_MESSAGE_COUNT_H_
