#include "tests/simulation/checks/hole_check.h"

namespace roomcast::simulation {

void HoleCheck::OnJoined(ClientIndex client, std::size_t room, const client::RoomJoined& joined) {
  Reader& reader = At(client, room);
  const Position top = joined.top;
  const Streams::Stream* stream = streams_.Find(room, top.epoch);
  const std::uint64_t entries = stream == nullptr ? 0 : stream->entries.size();
  if (top.offset > entries) {
    Breach(client, room,
           "Joined says that the top is " + std::to_string(top.offset) + ", and the stream has " +
               std::to_string(entries));
  }
  if (joined.start > top.offset) Breach(client, room, "Joined begins above its top");
  const std::optional<Position> had = reader.reads ? std::optional(reader.at) : reader.since;
  if (had && joined.recovered) {
    // Nothing was lost: then reading goes on exactly where it stood.
    if (had->epoch != top.epoch || had->offset != joined.start) {
      Breach(client, room,
             "said to have recovered from offset " + std::to_string(had->offset) +
                 ", and goes on after " + std::to_string(joined.start));
    }
  } else if (had && joined.verdict != Verdict::kLost) {
    Breach(client, room,
           "lost what is above offset " + std::to_string(had->offset) + " without a LOST verdict");
  }
  reader.reads = true;
  reader.at = {top.epoch, joined.start};
}

void HoleCheck::OnDelivered(ClientIndex client, std::size_t room, std::uint64_t offset) {
  Reader& reader = At(client, room);
  if (!reader.reads) return Breach(client, room, "delivered before Joined");
  if (offset == 0) return;
  if (offset != reader.at.offset + 1) {
    Breach(client, room,
           "after offset " + std::to_string(reader.at.offset) + " came " + std::to_string(offset));
  }
  reader.at.offset = offset;
}

void HoleCheck::OnGap(ClientIndex client, std::size_t room, const client::RoomGap& gap) {
  Reader& reader = At(client, room);
  const Streams::Stream* stream = streams_.Find(room, reader.at.epoch);
  if (gap.from > reader.at.offset + 1) {
    Breach(client, room,
           "a Gap from " + std::to_string(gap.from) + " at offset " +
               std::to_string(reader.at.offset));
  }
  if (stream == nullptr || gap.to > stream->entries.size()) {
    Breach(client, room, "a Gap to " + std::to_string(gap.to) + ", which is above the top");
  }
  if (gap.to > reader.at.offset) reader.at.offset = gap.to;
}

}  // namespace roomcast::simulation
