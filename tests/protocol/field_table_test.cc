#include "proto/protocol/field_table.h"

#include <gtest/gtest.h>

#include "proto/protocol/client_messages.h"
#include "proto/protocol/server_messages.h"
#include "proto/protocol/watch_messages.h"
#include "tests/protocol/every_field.h"

namespace roomcast {
namespace {

// Visits a message and compares where its members lie with where its table says, and so on for the
// messages inside. Sees to it, too, that a default is what zeros are.
template <class M>
class PlaceChecker {
 public:
  static int CheckAll() {
    M message;
    PlaceChecker checker(&message);
    M::Fields(message, checker);
    EXPECT_EQ(wire::TableOf<M>::kTable.bytes, sizeof(M));
    return checker.checked_;
  }

  template <class T>
  void operator()(std::uint32_t number, T& member) {
    Check(number, &member);
    if constexpr (wire::Number<T>) {
      EXPECT_EQ(member, T()) << "field " << number;
    } else {
      EXPECT_TRUE(member.view.empty()) << "field " << number;
    }
  }
  template <class T>
  void operator()(std::uint32_t number, Repeated<T>& items) {
    Check(number, &items);
    EXPECT_TRUE(items.empty()) << "field " << number;
    Inside<T>();
  }
  template <class T>
  void operator()(std::uint32_t number, std::optional<T>& inner) {
    EXPECT_FALSE(inner) << "field " << number;
    Check(number, &inner.emplace());
    CheckState(number, 1);
    inner.reset();
    CheckState(number, 0);
    Inside<T>();
  }
  void Fixed64(std::uint32_t number, std::uint64_t& member) { (*this)(number, member); }
  template <std::uint32_t... kNumbers, class... Arms>
  void OneOf(std::variant<std::monostate, Arms...>& body) {
    EXPECT_EQ(body.index(), 0u);
    std::size_t arm = 0;
    ((Check(kNumbers, &body.template emplace<Arms>()), CheckState(kNumbers, ++arm)), ...);
    body = std::monostate();
    (CheckState(kNumbers, 0), ...);
    (Inside<Arms>(), ...);
  }

 private:
  explicit PlaceChecker(const void* message) : message_(static_cast<const char*>(message)) {}

  void Check(std::uint32_t number, const void* member) {
    const wire::FieldRow& row = wire::TableOf<M>::kTable.rows[number - 1];
    EXPECT_EQ(row.offset, static_cast<const char*>(member) - message_) << "field " << number;
    ++checked_;
  }
  // Where the library itself says which arm a member holds, now that it holds `arm`.
  void CheckState(std::uint32_t number, std::size_t arm) {
    const wire::FieldRow& row = wire::TableOf<M>::kTable.rows[number - 1];
    EXPECT_EQ(static_cast<wire::Form>(message_[row.state]), arm) << "field " << number;
    EXPECT_TRUE(arm == 0 || arm == row.form) << "field " << number;
  }
  template <class T>
  void Inside() {
    if constexpr (wire::KindOf<T>() == wire::Kind::kMessage && !std::is_same_v<T, M>) {
      checked_ += PlaceChecker<T>::CheckAll();
    }
  }

  const char* message_;
  int checked_ = 0;
};

TEST(FieldTableTest, EveryFieldLiesWhereTheTableSays) {
  EXPECT_GT(PlaceChecker<EveryField>::CheckAll(), 16);
  EXPECT_GT(PlaceChecker<ClientFrame>::CheckAll(), 60);
  EXPECT_GT(PlaceChecker<ServerFrame>::CheckAll(), 100);
  EXPECT_GT(PlaceChecker<WatchResponse>::CheckAll(), 30);
}

}  // namespace
}  // namespace roomcast
