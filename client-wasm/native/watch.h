#ifndef ROOMCAST_CLIENT_WASM_NATIVE_WATCH_H_
#define ROOMCAST_CLIENT_WASM_NATIVE_WATCH_H_

#include <span>
#include <string_view>

namespace roomcast::client {

// One line for `roomcast help`.
std::string_view WatchHelp();

// `roomcast watch ROOM [--url URL] [--token TOKEN] [--last N] [--count N] [--json]`: joins the room
// and prints each publication as a line on standard output, until --count of them, or until the
// connection is ended for good. Blocks. Exit codes: 0 done · 1 the hub refused or ended it · 2
// wrong words.
int RunWatch(std::span<const std::string_view> words);

}  // namespace roomcast::client

#endif  // ROOMCAST_CLIENT_WASM_NATIVE_WATCH_H_
