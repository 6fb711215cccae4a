#include "tests/simulation/truth.h"

#include <utility>

namespace roomcast::simulation {

void Truth::OnAppended(const std::string& instance, Position position, Entry entry) {
  if (position.offset != ++tops_[position.epoch]) {
    Fault("I1: offset " + std::to_string(position.offset) + " does not follow the one before");
  }
  if (entry.counter != 0) {
    const auto [at, is_new] = ids_.emplace(std::pair(entry.producer, entry.counter), instance);
    if (!is_new) {
      Fault("I3: publish " + std::to_string(entry.counter) + " took effect in instance " +
            at->second + " and again in " + instance);
    }
  }
  entries_[{position.epoch, position.offset}] = std::move(entry);
}

const Truth::Entry* Truth::Find(Position position) const {
  const auto found = entries_.find({position.epoch, position.offset});
  return found == entries_.end() ? nullptr : &found->second;
}

std::uint64_t Truth::TopOf(std::uint64_t epoch) const {
  const auto found = tops_.find(epoch);
  return found == tops_.end() ? 0 : found->second;
}

void WitnessedEngine::Append(Ticket ticket, std::string_view room, const Keep& keep,
                             const Publication& publication, Now now) {
  Truth::Entry entry{std::string(room), std::string(publication.data.view)};
  if (publication.publish_id) {
    entry.producer = publication.publish_id->producer;
    entry.counter = publication.publish_id->counter;
  }
  appending_[ticket] = std::move(entry);
  engine_.Append(ticket, room, keep, publication, now);
}

bool WitnessedEngine::TakeAnswer(Answer& answer) {
  if (!engine_.TakeAnswer(answer)) return false;
  const auto found = appending_.find(answer.ticket);
  if (found == appending_.end()) return true;
  truth_.OnAppended(instance_, answer.top, std::move(found->second));
  appending_.erase(found);
  return true;
}

}  // namespace roomcast::simulation
