#include "server/websocket/frame_parser.h"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace roomcast::websocket {
namespace {

constexpr std::uint8_t kLastBit = 0x80;
constexpr std::uint8_t kRsv1 = 0x40;
constexpr std::uint8_t kRsv2And3 = 0x30;
constexpr std::uint8_t kOpcodeBits = 0x0F;
constexpr std::uint8_t kMaskedBit = 0x80;
constexpr std::uint8_t kLengthBits = 0x7F;
constexpr std::uint8_t kLengthIn2Bytes = 126;
constexpr std::uint8_t kLengthIn8Bytes = 127;

// What the shortest message may gain by being deflated.
constexpr std::uint64_t kDeflateBytesMore = 64;

bool IsControl(Opcode opcode) { return static_cast<std::uint8_t>(opcode) >= 0x8; }

bool IsKnown(Opcode opcode) {
  switch (opcode) {
    case Opcode::kContinuation:
    case Opcode::kText:
    case Opcode::kBinary:
    case Opcode::kClose:
    case Opcode::kPing:
    case Opcode::kPong:
      return true;
  }
  return false;
}

std::string_view AsText(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

FrameParser::FrameParser(const FrameParserConfig& config) : config_(config) {
  assert(config.message_bytes_max > 0 && config.fragments_max > 0);
  assert(config.message_bytes_max <= 1u << 30 && config.fragments_max <= 1u << 30);
}

FrameEvent FrameParser::Next(std::span<std::byte>& input) {
  FreeDelivered();
  while (true) {
    std::optional<FrameEvent> event;
    switch (stage_) {
      case Stage::kHeader:
        event = ReadHeader(input);
        break;
      case Stage::kPayload:
        event = IsControl(FrameOpcode()) ? ReadControl(input) : ReadData(input);
        break;
      case Stage::kEnded:
        input = {};
        event = NeedMore{};
        break;
    }
    if (event.has_value()) return *event;
  }
}

std::size_t FrameParser::HeldBytes() const {
  return message_.capacity() + (control_ == nullptr ? 0 : control_->size());
}

// ---- header
// --------------------------------------------------------------------------------------

std::optional<FrameEvent> FrameParser::ReadHeader(std::span<std::byte>& input) {
  while (true) {
    const std::size_t needed = HeaderBytesNeeded();
    if (header_size_ == needed) {
      BeginFrame();
      return std::nullopt;
    }
    const std::size_t taken = std::min(needed - header_size_, input.size());
    std::copy_n(input.begin(), taken, header_.begin() + header_size_);
    input = input.subspan(taken);
    header_size_ = static_cast<std::uint8_t>(header_size_ + taken);
    if (header_size_ < needed) return NeedMore{};
    if (const auto error = CheckHeaderSoFar()) return End(*error);
  }
}

// Each step's answer is known only when the step before it is complete.
std::size_t FrameParser::HeaderBytesNeeded() const {
  if (header_size_ < 2) return header_size_ + std::size_t{1};
  const std::size_t with_length = 2 + LengthFieldBytes();
  if (header_size_ < with_length) return with_length;
  return with_length + (config_.role == Role::kServer ? MaskKey{}.size() : 0);
}

std::size_t FrameParser::LengthFieldBytes() const {
  const auto length = std::to_integer<std::uint8_t>(header_[1]) & kLengthBits;
  if (length == kLengthIn2Bytes) return 2;
  return length == kLengthIn8Bytes ? 8 : 0;
}

std::uint64_t FrameParser::DeclaredLength() const {
  const std::size_t field = LengthFieldBytes();
  if (field == 0) return std::to_integer<std::uint64_t>(header_[1]) & kLengthBits;
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < field; ++i) {
    length = (length << 8) | std::to_integer<std::uint64_t>(header_[2 + i]);
  }
  return length;
}

Opcode FrameParser::FrameOpcode() const {
  return static_cast<Opcode>(std::to_integer<std::uint8_t>(header_[0]) & kOpcodeBits);
}

bool FrameParser::LastFragment() const {
  return (std::to_integer<std::uint8_t>(header_[0]) & kLastBit) != 0;
}

// Only a message's first frame says it.
bool FrameParser::Compressed() const {
  return message_open_ ? message_compressed_
                       : (std::to_integer<std::uint8_t>(header_[0]) & kRsv1) != 0;
}

std::uint64_t FrameParser::MessageBytesMax() const {
  const std::uint64_t most = config_.message_bytes_max;
  return Compressed() ? most + most / 8 + kDeflateBytesMore : most;
}

std::optional<FrameError> FrameParser::CheckHeaderSoFar() const {
  if (header_size_ == 1) return CheckFirstByte();
  if (header_size_ == 2) {
    const auto byte = std::to_integer<std::uint8_t>(header_[1]);
    const bool masked = (byte & kMaskedBit) != 0;
    if (config_.role == Role::kServer && !masked) return FrameError{Violation::kUnmasked};
    if (config_.role == Role::kClient && masked) return FrameError{Violation::kMasked};
    const std::uint8_t length = byte & kLengthBits;
    if (IsControl(FrameOpcode()) && length > kControlPayloadBytesMax) {
      return FrameError{Violation::kControlTooLong, length, kControlPayloadBytesMax};
    }
  }
  if (header_size_ == 2 + LengthFieldBytes()) return CheckLength();
  return std::nullopt;
}

std::optional<FrameError> FrameParser::CheckFirstByte() const {
  const auto byte = std::to_integer<std::uint8_t>(header_[0]);
  const Opcode opcode = FrameOpcode();
  const auto number = static_cast<std::uint64_t>(opcode);
  if ((byte & kRsv2And3) != 0) return FrameError{Violation::kReservedBit, byte};
  if (!IsKnown(opcode)) return FrameError{Violation::kReservedOpcode, number};
  const bool begins_message = opcode == Opcode::kText || opcode == Opcode::kBinary;
  if ((byte & kRsv1) != 0 && !(config_.compression && begins_message)) {
    return FrameError{Violation::kReservedBit, byte};
  }
  if (IsControl(opcode)) {
    if (!LastFragment()) return FrameError{Violation::kControlFragmented, number};
    return std::nullopt;
  }
  if (begins_message) {
    if (message_open_) return FrameError{Violation::kMessageInsideMessage, number};
    if (opcode == Opcode::kText && !config_.text) return FrameError{Violation::kTextRefused};
    return std::nullopt;
  }
  if (!message_open_) return FrameError{Violation::kContinuationOfNothing};
  if (fragments_ >= config_.fragments_max) {
    return FrameError{Violation::kTooManyFragments, fragments_ + std::uint64_t{1},
                      config_.fragments_max};
  }
  return std::nullopt;
}

std::optional<FrameError> FrameParser::CheckLength() const {
  const std::uint64_t length = DeclaredLength();
  const std::size_t field = LengthFieldBytes();
  if ((field == 2 && length < kLengthIn2Bytes) || (field == 8 && length <= 0xFFFF)) {
    return FrameError{Violation::kLengthNotMinimal, length};
  }
  if ((length >> 63) != 0) return FrameError{Violation::kLengthTopBit, length};
  if (IsControl(FrameOpcode())) return std::nullopt;
  // Cannot overflow: one is below 2^63, the other below 2^33.
  const std::uint64_t message = length + (message_open_ ? message_bytes_ : 0);
  if (message > MessageBytesMax()) {
    return FrameError{Violation::kMessageTooLong, message, MessageBytesMax()};
  }
  return std::nullopt;
}

void FrameParser::BeginFrame() {
  stage_ = Stage::kPayload;
  // Fits: the limits were checked.
  payload_left_ = static_cast<std::uint32_t>(DeclaredLength());
  payload_taken_ = 0;
  const Opcode opcode = FrameOpcode();
  if (IsControl(opcode)) return;
  const bool compressed = Compressed();
  if (opcode != Opcode::kContinuation) {
    message_open_ = true;
    message_text_ = opcode == Opcode::kText;
    message_compressed_ = compressed;
    utf8_ = Utf8Check{};
    message_bytes_ = 0;
    fragments_ = 0;
  }
  message_bytes_ += payload_left_;
  ++fragments_;
}

// ---- payload
// -------------------------------------------------------------------------------------

std::span<std::byte> FrameParser::TakePayload(std::span<std::byte>& input) {
  const std::size_t size = std::min<std::size_t>(input.size(), payload_left_);
  const std::span<std::byte> piece = input.first(size);
  input = input.subspan(size);
  if (config_.role == Role::kServer) {
    MaskKey key;
    std::copy_n(header_.begin() + header_size_ - key.size(), key.size(), key.begin());
    ApplyMask(piece, key, payload_taken_);
  }
  payload_left_ -= static_cast<std::uint32_t>(size);
  payload_taken_ += static_cast<std::uint32_t>(size);
  if (payload_left_ == 0) {
    stage_ = Stage::kHeader;
    header_size_ = 0;
  }
  return piece;
}

std::optional<FrameEvent> FrameParser::ReadControl(std::span<std::byte>& input) {
  const std::size_t before = payload_taken_;
  const std::span<std::byte> piece = TakePayload(input);
  if (before == 0 && payload_left_ == 0) return ControlEvent(piece);
  if (control_ == nullptr) {
    control_ = std::make_unique<std::array<std::byte, kControlPayloadBytesMax>>();
  }
  std::copy(piece.begin(), piece.end(), control_->begin() + static_cast<std::ptrdiff_t>(before));
  if (payload_left_ > 0) return NeedMore{};
  return ControlEvent(std::span(*control_).first(payload_taken_));
}

std::optional<FrameEvent> FrameParser::ReadData(std::span<std::byte>& input) {
  const bool at_start = payload_taken_ == 0;
  const bool last = LastFragment();
  const std::uint64_t place = message_bytes_ - payload_left_;
  const std::span<std::byte> piece = TakePayload(input);
  const bool frame_done = payload_left_ == 0;
  const bool check_text = message_text_ && !message_compressed_;
  if (check_text) {
    if (const auto bad = utf8_.Feed(piece)) {
      return End(FrameError{Violation::kTextNotUtf8, place + *bad});
    }
  }
  const bool whole_in_piece = at_start && frame_done && last && fragments_ == 1;
  if (!whole_in_piece) Keep(piece);
  if (!frame_done) return NeedMore{};
  if (!last) return std::nullopt;
  if (check_text && !utf8_.Complete()) {
    return End(FrameError{Violation::kTextNotUtf8, message_bytes_});
  }
  message_open_ = false;
  return Message{message_text_, message_compressed_,
                 whole_in_piece ? piece : std::span<std::byte>(message_)};
}

void FrameParser::Keep(std::span<const std::byte> piece) {
  const std::size_t needed = message_.size() + piece.size();
  if (needed > message_.capacity()) {
    // Twice as much each time, so that copying stays linear, but no more than can still come.
    const std::size_t most = LastFragment() ? message_bytes_ : MessageBytesMax();
    message_.reserve(std::min(std::max(needed, 2 * message_.capacity()), most));
  }
  message_.insert(message_.end(), piece.begin(), piece.end());
}

// ---- events
// --------------------------------------------------------------------------------------

FrameEvent FrameParser::ControlEvent(std::span<const std::byte> payload) {
  switch (FrameOpcode()) {
    case Opcode::kPing:
      return Ping{payload};
    case Opcode::kPong:
      return Pong{payload};
    default:
      return CloseEvent(payload);
  }
}

FrameEvent FrameParser::CloseEvent(std::span<const std::byte> payload) {
  if (payload.empty()) return End(Close{kCloseNoCode, {}});
  if (payload.size() == 1) return End(FrameError{Violation::kCloseOneByte});
  const auto code = static_cast<std::uint16_t>((std::to_integer<unsigned>(payload[0]) << 8) |
                                               std::to_integer<unsigned>(payload[1]));
  if (!MayTravelInCloseFrame(code)) return End(FrameError{Violation::kCloseCode, code});
  const std::string_view reason = AsText(payload.subspan(2));
  if (!IsUtf8(reason)) return End(FrameError{Violation::kCloseReasonNotUtf8});
  return End(Close{code, reason});
}

// The control buffer stays until the next call: a Close's reason may lie in it.
FrameEvent FrameParser::End(FrameEvent last) {
  stage_ = Stage::kEnded;
  message_open_ = false;
  header_size_ = 0;
  std::vector<std::byte>().swap(message_);
  return last;
}

void FrameParser::FreeDelivered() {
  if (!message_open_ && message_.capacity() > 0) std::vector<std::byte>().swap(message_);
  if (stage_ != Stage::kPayload) control_.reset();
}

}  // namespace roomcast::websocket
