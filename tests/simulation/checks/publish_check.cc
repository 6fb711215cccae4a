#include "tests/simulation/checks/publish_check.h"

namespace roomcast::simulation {

std::uint32_t PublishCheck::Begin(ClientIndex who, std::size_t room) {
  std::vector<Publish>& publishes = of_[who].publishes;
  publishes.push_back({static_cast<std::uint16_t>(room)});
  return static_cast<std::uint32_t>(publishes.size() - 1);
}

void PublishCheck::OnSent(ClientIndex who, std::uint32_t serial, Life life) {
  Publish& publish = of_[who].publishes[serial];
  if (publish.settled) Breach(who, serial, "was sent after it had settled");
  if (publish.sent_to != 0 && publish.sent_to != life) {
    Breach(who, serial,
           "was sent to life " + std::to_string(publish.sent_to) +
               " of the hub and again to life " + std::to_string(life));
  }
  publish.sent_to = life;
}

void PublishCheck::OnAppended(Life life, std::size_t room, const Position& at,
                              const PayloadMark& mark) {
  if (mark.who >= of_.size() || mark.serial >= of_[mark.who].publishes.size()) {
    return judge_.Breach("I3", kNobody, "a stream holds what nobody said");
  }
  Publish& publish = of_[mark.who].publishes[mark.serial];
  if (publish.room != room) Breach(mark.who, mark.serial, "is in another room's stream");
  if (publish.took_effect_in != 0) {
    Breach(mark.who, mark.serial,
           "is in the stream twice: at offset " + std::to_string(publish.at.offset) + " of life " +
               std::to_string(publish.took_effect_in) + " and " + std::to_string(at.offset) +
               " of life " + std::to_string(life));
  }
  if (publish.never) Breach(mark.who, mark.serial, "took effect after the application was told no");
  if (publish.sent_to != life) Breach(mark.who, mark.serial, "took effect and was never sent");
  publish.took_effect_in = life;
  publish.at = at;
}

void PublishCheck::CheckDone(ClientIndex who, std::uint32_t serial, const Position& told) {
  const Publish& publish = of_[who].publishes[serial];
  if (publish.took_effect_in == 0) {
    return Breach(who, serial, "was acknowledged and is in no stream");
  }
  // Of an old duplicate the hub may not know the place any more.
  if (told.offset != 0 && told != publish.at) {
    Breach(who, serial,
           "was acknowledged at offset " + std::to_string(told.offset) + " and is at " +
               std::to_string(publish.at.offset));
  }
}

void PublishCheck::OnSettled(ClientIndex who, std::uint32_t serial,
                             const client::Settled& settled) {
  Publish& publish = of_[who].publishes[serial];
  publish.settled = true;
  switch (settled.outcome) {
    case client::Outcome::kDone:
      return CheckDone(who, serial, settled.position);
    case client::Outcome::kRefused:
      if (publish.took_effect_in != 0) {
        Breach(who, serial,
               "was refused (" + std::string(settled.fault.name) + ") and is in the stream");
      }
      publish.never = true;
      return;
    case client::Outcome::kUnknown:
      if (publish.sent_to == 0) Breach(who, serial, "is said to be unknown and was never sent");
      return;
    case client::Outcome::kTimedOut:
    case client::Outcome::kAborted:
      if (publish.sent_to == 0) publish.never = true;
      return;
  }
}

void PublishCheck::OnAnswer(ClientIndex who, std::uint32_t serial, const Position& position,
                            bool refused) {
  if (!refused) return CheckDone(who, serial, position);
  if (of_[who].publishes[serial].took_effect_in != 0) {
    Breach(who, serial, "was refused and is in the stream");
  }
}

void PublishCheck::OnSession(ClientIndex who, Life life) {
  Speaker& speaker = of_[who];
  std::vector<Publish>& publishes = speaker.publishes;
  while (speaker.first_unsettled < publishes.size() && publishes[speaker.first_unsettled].settled) {
    ++speaker.first_unsettled;
  }
  for (std::size_t i = speaker.first_unsettled; i < publishes.size(); ++i) {
    if (publishes[i].settled || publishes[i].sent_to == 0 || publishes[i].sent_to == life) continue;
    Breach(who, static_cast<std::uint32_t>(i),
           "was sent to life " + std::to_string(publishes[i].sent_to) +
               " of the hub and is still open in life " + std::to_string(life));
  }
}

}  // namespace roomcast::simulation
