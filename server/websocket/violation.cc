#include "server/websocket/violation.h"

#include "server/websocket/close_codes.h"

namespace roomcast::websocket {

std::string_view Label(Violation violation) {
  switch (violation) {
    case Violation::kReservedBit:
      return "reserved_bit";
    case Violation::kReservedOpcode:
      return "reserved_opcode";
    case Violation::kUnmasked:
      return "unmasked";
    case Violation::kMasked:
      return "masked";
    case Violation::kLengthNotMinimal:
      return "length_not_minimal";
    case Violation::kLengthTopBit:
      return "length_top_bit";
    case Violation::kControlTooLong:
      return "control_too_long";
    case Violation::kControlFragmented:
      return "control_fragmented";
    case Violation::kContinuationOfNothing:
      return "continuation_of_nothing";
    case Violation::kMessageInsideMessage:
      return "message_inside_message";
    case Violation::kCloseOneByte:
      return "close_one_byte";
    case Violation::kCloseCode:
      return "close_code";
    case Violation::kCloseReasonNotUtf8:
      return "close_reason_not_utf8";
    case Violation::kTextNotUtf8:
      return "text_not_utf8";
    case Violation::kTextRefused:
      return "text_refused";
    case Violation::kMessageTooLong:
      return "message_too_long";
    case Violation::kTooManyFragments:
      return "too_many_fragments";
    case Violation::kDeflateCorrupt:
      return "deflate_corrupt";
    case Violation::kDeflateTruncated:
      return "deflate_truncated";
    case Violation::kInflatedTooLong:
      return "inflated_too_long";
  }
  return "unknown";
}

std::uint16_t CloseCode(Violation violation) {
  switch (violation) {
    case Violation::kCloseReasonNotUtf8:
    case Violation::kTextNotUtf8:
    case Violation::kDeflateCorrupt:
    case Violation::kDeflateTruncated:
      return kCloseInvalidPayload;
    case Violation::kTextRefused:
      return kCloseUnsupportedData;
    case Violation::kMessageTooLong:
    case Violation::kTooManyFragments:
    case Violation::kInflatedTooLong:
      return kCloseMessageTooBig;
    default:
      return kCloseProtocolError;
  }
}

std::string Describe(Violation violation, std::uint64_t number, std::uint64_t limit) {
  const std::string n = std::to_string(number);
  const std::string most = ", the most is " + std::to_string(limit);
  switch (violation) {
    case Violation::kReservedBit:
      return "a frame's first byte is " + n + ": a reserved bit is set";
    case Violation::kReservedOpcode:
      return "opcode " + n + " is reserved";
    case Violation::kUnmasked:
      return "a client's frame must be masked";
    case Violation::kMasked:
      return "a server's frame must not be masked";
    case Violation::kLengthNotMinimal:
      return "length " + n + " is written in more bytes than it needs";
    case Violation::kLengthTopBit:
      return "length " + n + " has its top bit set";
    case Violation::kControlTooLong:
      return "a control frame's length field is " + n + most;
    case Violation::kControlFragmented:
      return "a control frame (opcode " + n + ") is fragmented";
    case Violation::kContinuationOfNothing:
      return "a continuation frame without a message under way";
    case Violation::kMessageInsideMessage:
      return "a new message (opcode " + n + ") before the end of the one under way";
    case Violation::kCloseOneByte:
      return "a close frame of one byte";
    case Violation::kCloseCode:
      return "close code " + n + " may not travel";
    case Violation::kCloseReasonNotUtf8:
      return "the close reason is not UTF-8";
    case Violation::kTextNotUtf8:
      return "the text message is not UTF-8 at byte " + n;
    case Violation::kTextRefused:
      return "text messages are not taken here, only binary ones";
    case Violation::kMessageTooLong:
      return "the message has at least " + n + " bytes" + most;
    case Violation::kTooManyFragments:
      return "the message has at least " + n + " fragments" + most;
    case Violation::kDeflateCorrupt:
      return "the message is not deflated: wrong within its first " + n + " bytes";
    case Violation::kDeflateTruncated:
      return "the deflated message ends inside of a block, after " + n + " bytes";
    case Violation::kInflatedTooLong:
      return "the message inflates to at least " + n + " bytes" + most;
  }
  return "unknown";
}

}  // namespace roomcast::websocket
