#include <variant>

#include "proto/protocol/arena.h"
#include "proto/protocol/frame.h"
#include "proto/protocol/limits.h"
#include "proto/protocol/wire_format.h"
#include "tests/bench/failure.h"
#include "tests/bench/words.h"

namespace roomcast::bench {
namespace {

using wire::Cursor;
using wire::MakeTag;
using wire::WireType;

// Fields of the schema that the load reads by hand: it must be faster than the hub, and needs of a
// publication its offset only.
constexpr std::uint32_t kMessage = MakeTag(1, WireType::kBytes);      // ServerFrame.messages
constexpr std::uint32_t kRoomBatch = MakeTag(4, WireType::kBytes);    // ServerMessage.room_batch
constexpr std::uint32_t kPublication = MakeTag(2, WireType::kBytes);  // RoomBatch.publications
constexpr std::uint32_t kHandle = MakeTag(1, WireType::kVarint);      // RoomBatch.handle
constexpr std::uint32_t kOffset = MakeTag(1, WireType::kVarint);      // Publication.offset
constexpr std::uint32_t kData = MakeTag(5, WireType::kBytes);         // Publication.data
constexpr std::size_t kArenaBytesMax = std::size_t{1} << 20;

[[noreturn]] void Nonsense() { throw Failure("the hub sent what is no ServerFrame"); }

// The mark of a publication's payload.
Mark MarkOf(std::string_view publication) {
  Cursor fields(publication);
  std::uint32_t tag = 0;
  std::string_view data;
  while (!fields.AtEnd() && fields.ReadTag(tag)) {
    if (tag == kData) {
      if (!fields.ReadBytes(data)) Nonsense();
      return ReadMark(data);
    }
    if (!fields.Skip(tag, 1)) Nonsense();
  }
  throw Failure("a publication came without data");
}

void ReadBatch(std::string_view batch, bool marked, std::vector<Heard>& heard) {
  Cursor fields(batch);
  std::uint64_t handle = 0;
  std::uint32_t tag = 0;
  if (!fields.ReadTag(tag) || tag != kHandle || !fields.ReadVarint(handle)) Nonsense();
  std::uint64_t next = 0;
  while (!fields.AtEnd()) {
    std::string_view publication;
    if (!fields.ReadTag(tag) || tag != kPublication || !fields.ReadBytes(publication)) Nonsense();
    Cursor inner(publication);
    std::uint64_t offset = 0;
    if (!inner.ReadTag(tag) || tag != kOffset || !inner.ReadVarint(offset)) Nonsense();
    if (offset != next) {
      // The first of the message, or a hole inside of it.
      const Mark mark = marked ? MarkOf(publication) : Mark{offset, 0};
      if (mark.sequence != offset) {
        throw Failure("offset " + std::to_string(offset) + " holds what was published as number " +
                      std::to_string(mark.sequence));
      }
      heard.emplace_back();
      heard.back().first = offset;
      heard.back().due_at = mark.due_at;
    }
    ++heard.back().count;
    next = offset + 1;
  }
}

class Roomcast : public Words {
 public:
  // Whether payloads begin with a Mark.
  explicit Roomcast(bool marked = true) : marked_(marked) {}

  [[nodiscard]] std::string_view path() const override { return "/ws"; }
  [[nodiscard]] std::string_view subprotocol() const override { return "roomcast.v1"; }

  [[nodiscard]] std::vector<std::string> Greeting(std::string_view room) const override {
    Hello hello;
    hello.protocol_version = 1;
    hello.client_name = "roomcast_bench";
    hello.producer = Bytes("0123456789abcdef");
    std::vector<Join> joins(room.empty() ? 0 : 1);
    if (!room.empty()) joins[0].room = room;
    hello.joins = joins;
    return {Frame({1, hello})};
  }

  [[nodiscard]] std::string Publish(std::string_view room,
                                    std::string_view payload) const override {
    roomcast::Publish publish;
    publish.room = room;
    publish.data = Bytes(payload);
    return Frame({0, publish});
  }

  void Read(std::string_view message, std::vector<Heard>& heard) const override {
    Cursor frame(message);
    while (!frame.AtEnd()) {
      std::uint32_t tag = 0;
      std::string_view body;
      if (!frame.ReadTag(tag) || tag != kMessage || !frame.ReadBytes(body)) Nonsense();
      Cursor fields(body);
      std::string_view batch;
      if (fields.ReadTag(tag) && tag == kRoomBatch) {
        if (!fields.ReadBytes(batch)) Nonsense();
        ReadBatch(batch, marked_, heard);
      } else {
        ReadOther(message, heard);
        return;
      }
    }
  }

 private:
  static std::string Frame(const ClientMessage& message) {
    std::string bytes;
    AppendFrame(bytes, message);
    return bytes;
  }

  // A whole frame of which some message is no batch: rare, and read with the codec.
  static void ReadOther(std::string_view message, std::vector<Heard>& heard) {
    Arena arena(kArenaBytesMax);
    const auto frame = DecodeServerFrame(message, arena);
    if (!frame) Nonsense();
    for (const ServerMessage& one : frame->messages) {
      Heard what;
      if (const auto* welcome = std::get_if<Welcome>(&one.body)) {
        for (const JoinOutcome& join : welcome->joins) {
          if (const auto* error = std::get_if<Error>(&join.outcome)) Refused(error->message.view);
        }
        what.is_ready = true;
      } else if (const auto* error = std::get_if<Error>(&one.body)) {
        Refused(error->message.view);
      } else if (const auto* end = std::get_if<Disconnect>(&one.body)) {
        Refused(end->reason.view);
      } else if (const auto* ping = std::get_if<Ping>(&one.body)) {
        Pong pong;
        pong.sequence = ping->sequence;
        what.answer = Frame({0, pong});
      } else if (const auto* gap = std::get_if<Gap>(&one.body)) {
        what.gap_from = gap->from;
        what.gap_to = gap->to;
      } else if (std::holds_alternative<RoomBatch>(one.body)) {
        throw Failure("a batch came in one frame with other messages");
      }
      heard.push_back(std::move(what));
    }
  }

  [[noreturn]] static void Refused(std::string_view reason) {
    throw Failure("the hub refused: " + std::string(reason));
  }

  const bool marked_;
};

class DeflatedRoomcast : public Roomcast {
 public:
  [[nodiscard]] std::string_view extensions() const override { return "permessage-deflate"; }
};

}  // namespace

const Words& RoomcastWords() {
  static const Roomcast words;
  return words;
}

const Words& UnmarkedRoomcastWords() {
  static const Roomcast words(/*marked=*/false);
  return words;
}

const Words& DeflatedRoomcastWords() {
  static const DeflatedRoomcast words;
  return words;
}

}  // namespace roomcast::bench
