// A publication as a line for people, and positions as they are written on a command line.
#ifndef ROOMCAST_BRIDGE_PUBLICATION_LINE_H_
#define ROOMCAST_BRIDGE_PUBLICATION_LINE_H_

#include <string>

#include "roomcast/v1/client.pb.h"

namespace roomcast::bridge {

// `OFFSET USER TYPE TEXT`, with `-` for what it does not have, and the number of bytes for what is
// no text.
std::string LineOf(const v1::Publication& publication);

// `EPOCH:OFFSET`. False: it is none.
bool ReadPosition(const std::string& text, v1::Position& position);

}  // namespace roomcast::bridge

#endif  // ROOMCAST_BRIDGE_PUBLICATION_LINE_H_
