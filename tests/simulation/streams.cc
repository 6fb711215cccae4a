#include "tests/simulation/streams.h"

#include <algorithm>

namespace roomcast::simulation {

Streams::Stream& Streams::Open(std::size_t room, Life life, std::uint64_t epoch) {
  std::vector<Stream>& streams = of_[room];
  // Two lives of the hub go on side by side while one of them drains.
  for (auto stream = streams.rbegin(); stream != streams.rend(); ++stream) {
    if (stream->life == life && stream->epoch == epoch) return *stream;
  }
  return streams.emplace_back(Stream{epoch, life, {}});
}

const Streams::Stream* Streams::Newest(std::size_t room, Life life) const {
  const std::vector<Stream>& streams = of_[room];
  for (auto stream = streams.rbegin(); stream != streams.rend(); ++stream) {
    if (stream->life == life) return &*stream;
  }
  return nullptr;
}

const Streams::Stream* Streams::Find(std::size_t room, std::uint64_t epoch) const {
  const std::vector<Stream>& streams = of_[room];
  for (auto stream = streams.rbegin(); stream != streams.rend(); ++stream) {
    if (stream->epoch == epoch) return &*stream;
  }
  return nullptr;
}

const Streams::Entry* Streams::Find(std::size_t room, const Position& position) const {
  const Stream* stream = Find(room, position.epoch);
  if (stream == nullptr || position.offset == 0 || position.offset > stream->entries.size()) {
    return nullptr;
  }
  return &stream->entries[position.offset - 1];
}

void WitnessedEngine::Append(Ticket ticket, std::string_view room, const Keep& keep,
                             const Publication& publication, Now now) {
  const std::string_view data = publication.data.view;
  appending_.push_back({ticket, streams_.IndexOf(room), {ReadPayload(data), HashOf(data)}});
  inner_.Append(ticket, room, keep, publication, now);
}

bool WitnessedEngine::TakeAnswer(Answer& answer) {
  if (!inner_.TakeAnswer(answer)) return false;
  const auto found =
      std::find_if(appending_.begin(), appending_.end(),
                   [&](const Appending& appending) { return appending.ticket == answer.ticket; });
  if (found == appending_.end()) return true;
  const Appending appended = *found;
  appending_.erase(found);
  Streams::Stream& stream = streams_.Open(appended.room, life_, answer.top.epoch);
  stream.entries.push_back(appended.entry);
  witness_.OnAppended(life_, appended.room, {stream.epoch, stream.entries.size()},
                      appended.entry.mark);
  return true;
}

}  // namespace roomcast::simulation
