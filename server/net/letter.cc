#include "server/net/letter.h"

#include <utility>

#include "server/net/bridge_desk.h"
#include "server/net/census.h"

namespace roomcast::net {
namespace {

std::size_t BytesOf(const hub::PublishToRoom& publish) {
  std::size_t bytes = publish.room.size() + publish.type.size() + publish.data.size() +
                      publish.key.size() + publish.publisher_session.size() +
                      publish.publisher_user.size();
  for (const auto& [name, value] : publish.tags) bytes += name.size() + value.size();
  return bytes;
}

struct MailBytes {
  std::size_t operator()(const hub::PublishToRoom& mail) const { return BytesOf(mail); }
  std::size_t operator()(const hub::JoinRoom& mail) const { return mail.room.size(); }
  std::size_t operator()(const hub::ParkSession& mail) const { return BytesOf(mail.session); }
  std::size_t operator()(const hub::SessionTaken& mail) const {
    return mail.session ? BytesOf(*mail.session) : 0;
  }
  std::size_t operator()(const hub::HistoryAnswer& mail) const { return mail.entries.size(); }
  std::size_t operator()(const hub::Batch& mail) const {
    return mail.bytes ? mail.bytes.size() : 0;
  }
  std::size_t operator()(const hub::Page& mail) const { return mail.bytes ? mail.bytes.size() : 0; }
  template <class Other>
  std::size_t operator()(const Other&) const {
    return 0;
  }
};

struct LetterBytes {
  std::size_t operator()(const hub::Mail& mail) const { return std::visit(MailBytes(), mail); }
  std::size_t operator()(const BridgePublish& letter) const { return BytesOf(letter.publish); }
  std::size_t operator()(const BridgeItems& letter) const {
    std::size_t bytes = letter.items.size() * sizeof(BridgeItems::Item);
    for (const BridgeItems::Item& item : letter.items) bytes += item.bytes;
    return bytes;
  }
  template <class Other>
  std::size_t operator()(const Other&) const {
    return 0;
  }
};

}  // namespace

std::size_t BytesOf(const Letter& letter) {
  return sizeof(Letter) + std::visit(LetterBytes(), letter);
}

void Refuse(Letter& letter) {
  const bridge::HubError error = Overloaded("the hub stops");
  if (auto* publish = std::get_if<BridgePublish>(&letter)) {
    std::move(publish->done)(error);
  } else if (auto* items = std::get_if<BridgeItems>(&letter)) {
    items->Refuse(error);
  } else if (auto* order = std::get_if<BridgeOrder>(&letter)) {
    order->Refuse(error);
  } else if (auto* history = std::get_if<BridgeHistory>(&letter)) {
    std::move(history->done)(error);
  } else if (auto* ask = std::get_if<AskShard>(&letter)) {
    std::move(ask->question)(nullptr);
  } else if (auto* count = std::get_if<CountYourself>(&letter)) {
    count->census->CannotAnswer();
  }
}

}  // namespace roomcast::net
