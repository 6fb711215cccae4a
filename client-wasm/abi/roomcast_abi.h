#ifndef ROOMCAST_CLIENT_WASM_ABI_ROOMCAST_ABI_H_
#define ROOMCAST_CLIENT_WASM_ABI_ROOMCAST_ABI_H_

// The SDK's core as a flat C surface: what a WebAssembly module `roomcast_sdk.wasm` exports. This
// header is the one list of its exports; a test compares it with the module.
//
// THE SHAPE. The world calls an *input* (a socket opened, a message came, the application wants to
// publish, time has passed). The core changes its mind and leaves *effects*: flat records that say
// what is to be done or told. The host reads them, acts, and that is all: no imports, no callbacks,
// no knowledge of the protocol outside the module.
//
// TYPES. Every argument and result is a uint32_t or a double: no BigInt crosses. Addresses are byte
// addresses in the module's memory (rc_address; uint32_t in WebAssembly). What has 64 bits on the
// wire is a double where it stays below 2^53 (offsets, counters, microseconds), and two words, low
// and high, where it does not (epochs).
//
// WHO AND WHEN. rc_begin comes before every other function but rc_scratch and rc_destroy: it says
// which client is meant and what time it is. The core reads no clock and owns no timer.
//
// THREADS. None. All calls for one module instance come from one thread and are not nested; a call
// never calls out.
//
// MEMORY. It may grow in any function marked (grows): read the `buffer` of the memory again after
// it, because older views are detached. After the buffers have reached their size, a message that
// comes in allocates nothing.
//
// STRINGS IN. The host writes them, one after the other and in the order of the `*_bytes`
// arguments, into the scratch buffer before rc_begin, and passes their lengths. Text is UTF-8. The
// core copies what it keeps: the scratch buffer is free again when the function returns.
//
// OUTCOMES. A function that answers a *call* has begun something that settles exactly once, by one
// RC_EFFECT_SETTLED with that number, possibly in this very batch of effects. Call numbers are
// above 0 and are not used again within 2^32 calls.
//
// EFFECTS OUT. After every input comes rc_effects: the mailbox then names the records and their
// text. They are valid until the next input *of the same client*, so read all of them (make the
// objects that the application will see) before anything of the application runs: its handlers will
// call back into the client.
// Records are in order: a socket effect before it matters is done before the one after it.

#include <stdint.h>  // NOLINT(modernize-deprecated-headers): C reads this too

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __wasm__
#define RC_EXPORT(name) __attribute__((export_name(#name)))
#else
#define RC_EXPORT(name)
#endif

typedef uintptr_t rc_address;

// ---- The mailbox
// ---------------------------------------------------------------------------------

// One per client, at an address that does not change. Byte offsets are those in WebAssembly. The
// answers of the queries below stand where they would in a record of 96 bytes.
typedef struct rc_mailbox {
  rc_address effects;     //  0: address of the first record
  uint32_t effect_count;  //  4
  rc_address text;        //  8: address that the records' text offsets count from
  uint32_t text_bytes;    // 12
  uint32_t unused[8];
  uint32_t word[4];  // 48: words 12, 13; the rest is unused
  double number[4];  // 64: numbers 0, 1; the rest is unused
} rc_mailbox;

// One effect: 96 bytes, 16 words (byte 0) and 4 doubles (byte 64). What stands where is said at the
// kinds; the rest is 0. "text i" is word[i] = offset from mailbox.text and word[i+1] = length.
// "frame i" is word[i] = offset in the *received message* and word[i+1] = length, so that the host
// makes a view of the ArrayBuffer that the socket gave it, and never of the module's memory.
typedef struct rc_effect {
  uint32_t kind;        // word 0: RC_EFFECT_*
  uint32_t room;        // word 1: the room it is about; 0: none
  uint32_t call;        // word 2: the call it is about; 0: none
  uint32_t generation;  // word 3: the socket it is about; 0: none
  uint32_t word[12];    // words 4..15
  double number[4];     // numbers 0..3
} rc_effect;

enum {
  // Open a WebSocket. text 4: URL; text 6: sub-protocol. Name it by `generation` in every rc_on_*.
  // At most one socket is wanted at a time: the one before was closed by an earlier effect, or was
  // reported closed.
  RC_EFFECT_OPEN_SOCKET = 1,
  // Send one binary message on socket `generation`. text 4: the bytes.
  RC_EFFECT_SEND = 2,
  // Close socket `generation` and forget it: nothing of it need be reported any more, and whatever
  // is, is ignored. word 4: code (1000, or 3000..4999); text 6: reason. The socket may still be
  // connecting.
  RC_EFFECT_CLOSE_SOCKET = 3,
  // Call rc_on_timer at number 0 (milliseconds on the clock of `now`) or soon after; it replaces
  // the
  // time set before. Infinity: no timer.
  RC_EFFECT_SET_TIMER = 4,
  // Ask the application for a token and answer with rc_token or rc_token_failed. word 4:
  // RC_TOKEN_*;
  // call: the request's number, for the answer. At most one is open; an answer to an older one is
  // ignored.
  RC_EFFECT_NEED_TOKEN = 5,
  // word 4: RC_STATE_*; word 5: RC_SETTLED_RETRYABLE or 0; word 6: close or SDK code (0: none),
  // text 8: the code's name, text 10: reason; number 1: retry after so many milliseconds;
  // number 0: when the next attempt is due (as `now`; Infinity: none).
  RC_EFFECT_STATE = 6,
  // A session began or came back. text 4: session id, text 6: user, text 8: hub instance, text 10:
  // node; word 12: RC_SESSION_* flags.
  RC_EFFECT_SESSION = 7,
  // room; word 4: RC_ROOM_*, word 5: the one before.
  RC_EFFECT_ROOM_STATE = 8,
  // room; word 4: RC_VERDICT_*; word 5: RC_JOINED_* flags; words 12, 13: epoch low, high; number 0:
  // the offset of the room's top, 1: publications follow after this offset, 2: how many of them are
  // replay.
  RC_EFFECT_JOINED = 9,
  // room; the client is not in it and will not come back by itself. Words, texts and number 1 as of
  // RC_EFFECT_ERROR; code 0: its own wish.
  RC_EFFECT_LEFT = 10,
  // room; not all of number 0 .. number 1 will come. word 4: RC_GAP_*, text 6: its name.
  RC_EFFECT_GAP = 11,
  // room; the stream began anew. words 12, 13: epoch low, high; number 0: offset. What came before
  // does not compare with what comes.
  RC_EFFECT_RESET = 12,
  // room; word 4: RC_PUBLICATION_* flags; word 5: atom of the type; word 6: RC_ENCODING_*; word 7:
  // how many RC_EFFECT_TAG follow; frame 8: data, frame 10: key; words 12, 13: atoms of the
  // publisher's session and user; number 0: offset, 1: time (microseconds since the Unix epoch,
  // hub's clock), 2: the publish id's counter where it is this client's own, else 0. call: the
  // rc_history whose page it is in; 0: none, it is delivered. Only in effects of rc_on_message.
  RC_EFFECT_PUBLICATION = 13,
  // Of the publication before it. frame 8: name, frame 10: value.
  RC_EFFECT_TAG = 14,
  // From now on atom word 4 (1..RC_ATOMS) is text 6; atom 0 is always the empty text. Types and
  // publishers repeat: each is decoded once.
  RC_EFFECT_ATOM = 15,
  // call; room; word 4: RC_OUTCOME_*; word 5: RC_SETTLED_* flags; word 6: code (0: none), text 8:
  // its
  // name, text 10: message for a developer. After a publish: words 12, 13: epoch, number 0: offset
  // (0: ephemeral, or no longer known), number 2: the publish id's counter. number 1: retry after
  // so
  // many milliseconds (0: no advice). After a ping: number 3: round trip in milliseconds. After
  // rc_history: words 12, 13 and number 0: the room's position.
  RC_EFFECT_SETTLED = 16,
  // Something went wrong that no call asked for. room; word 5: RC_SETTLED_RETRYABLE or 0; word 6:
  // code, text 8: its name, text 10: message; number 1: retry after.
  RC_EFFECT_ERROR = 17,
  // Only with rc_trace. word 4: RC_TRACE_*; text 6: one line without payloads or tokens.
  RC_EFFECT_TRACE = 18,
  // Who is in a room. word 4: RC_PRESENCE_* flags; word 5: how many RC_EFFECT_PRESENT follow;
  // numbers
  // 0, 1: users and sessions in all. A list begins with FIRST and is whole at LAST; in between come
  // its parts, and what changed meanwhile. A change by itself has LAST alone.
  RC_EFFECT_PRESENCE = 19,
  // Of the presence before it: a user who came or about whom something is new, or who is gone. word
  // 4: sessions, 0 where the user is gone; frame 8: user, frame 10: member data.
  RC_EFFECT_PRESENT = 20,
  // The hub put the client into a room that it did not ask for. room; text 4: its name. It is
  // wanted
  // from now on, and the effects of joining it follow.
  RC_EFFECT_ROOM = 21,
};

enum { RC_ATOMS = 384 };

enum {
  RC_STATE_DISCONNECTED = 0,
  RC_STATE_CONNECTING = 1,
  RC_STATE_CONNECTED = 2,
  RC_STATE_RECONNECTING = 3,
  RC_STATE_CLOSED = 4,
};

enum { RC_ROOM_LEFT = 0, RC_ROOM_JOINING = 1, RC_ROOM_JOINED = 2 };

enum {
  RC_OUTCOME_DONE = 1,
  RC_OUTCOME_REFUSED = 2,    // it had no effect: the hub, or the core before sending, said no
  RC_OUTCOME_TIMED_OUT = 3,  // no answer in time; code `timeout`: it was sent and may have taken
                             // effect; `queue_timeout`: it was never sent. It will not be sent now
  RC_OUTCOME_ABORTED = 4,    // the application's own doing: rc_abort, leave, disconnect, close
  RC_OUTCOME_UNKNOWN = 5,    // it was sent, and nobody can tell what came of it
};

enum { RC_VERDICT_LIVE = 0, RC_VERDICT_RECOVERED = 1, RC_VERDICT_LOST = 2 };
enum { RC_GAP_UNSPECIFIED = 0, RC_GAP_SLOW = 1, RC_GAP_EVICTED = 2, RC_GAP_ENGINE = 3 };
enum { RC_ENCODING_BYTES = 0, RC_ENCODING_TEXT = 1, RC_ENCODING_JSON = 2 };
enum { RC_TOKEN_INITIAL = 1, RC_TOKEN_EXPIRED = 2, RC_TOKEN_REFRESH = 3 };
enum { RC_TRACE_OFF = 0, RC_TRACE_INFO = 1, RC_TRACE_FRAMES = 2 };

enum { RC_SESSION_RESUMED = 1, RC_SESSION_SAME_INSTANCE = 2 };
enum {
  RC_JOINED_AGAIN = 1,  // an automatic rejoin: the application did not ask
  RC_JOINED_RECOVERED = 2,
  RC_JOINED_MAY_PUBLISH = 4,
  RC_JOINED_MAY_READ_HISTORY = 8,
  RC_JOINED_KEEPS_HISTORY = 16,
  RC_JOINED_DROPPABLE = 32,
};
enum {
  RC_PUBLICATION_OWN = 1,        // this client published it
  RC_PUBLICATION_REPLAY = 2,     // from history, not live
  RC_PUBLICATION_EPHEMERAL = 4,  // no offset
};
enum {
  RC_SETTLED_RETRYABLE = 1,
  RC_SETTLED_DUPLICATE = 2,
  RC_SETTLED_MORE = 4,  // the page of history is not the last
  RC_SETTLED_LOST = 8,  // what was asked for begins before what history holds
};
enum { RC_PRESENCE_FIRST = 1, RC_PRESENCE_LAST = 2 };

// ---- Module
// --------------------------------------------------------------------------------------

// The scratch buffer, at least so many bytes long; one for all clients. Valid, with what is written
// in it, until the next rc_scratch; no input moves it. (grows)
RC_EXPORT(rc_scratch) rc_address rc_scratch(uint32_t bytes);

// ---- A client's life
// -----------------------------------------------------------------------------

enum { RC_CREATE_TOKEN_PROVIDER = 1 };  // the application answers RC_EFFECT_NEED_TOKEN

// Which client the functions that follow are for, and the time of what it is told: `now` are
// milliseconds on a monotonic clock (performance.now()), `wall` microseconds since the Unix epoch
// (Date.now() * 1000). Client 0: none yet, and only rc_create may follow. One that there is not, or
// not any more, is the host's fault, and a trap.
RC_EXPORT(rc_begin) void rc_begin(uint32_t client, double now, double wall);
// Makes a client: no I/O, no effects. Scratch: the URL, the name and version for the hub's log,
// then 16 random bytes that name it as a producer (from a cryptographic source: half of them is a
// secret). `seed_*`: 64 random bits for jitter. Answers a handle above 0; 0 if a string is too long
// or not UTF-8. (grows)
RC_EXPORT(rc_create)
uint32_t rc_create(uint32_t seed_low, uint32_t seed_high, uint32_t flags, uint32_t url_bytes,
                   uint32_t name_bytes, uint32_t version_bytes);
// The client and all its memory are gone, without effects: rc_close first, so that calls settle.
RC_EXPORT(rc_destroy) void rc_destroy(uint32_t client);
// The address of its mailbox, for as long as it lives.
RC_EXPORT(rc_mailbox_address) rc_address rc_mailbox_address(void);
// Puts what the inputs since the last rc_effects caused where the mailbox says. (grows)
RC_EXPORT(rc_effects) void rc_effects(void);

// Connects and stays connected: from here on the core reconnects by itself, until rc_disconnect,
// rc_close, or a code that says stop. Answers a call: done when connected, refused when a code says
// stop, timed out after 60 s (the core still tries). (grows)
RC_EXPORT(rc_connect) uint32_t rc_connect(void);
// Says Bye and closes. Calls under way are aborted; wishes for rooms stay for the next rc_connect.
RC_EXPORT(rc_disconnect) void rc_disconnect(void);
// As rc_disconnect, and for good: state closed, rooms left, every later call is refused. (grows)
RC_EXPORT(rc_close) void rc_close(void);

// A token (scratch), as the answer to the request of RC_EFFECT_NEED_TOKEN, or unasked (request 0):
// it is used from the next connection on, and told to the hub at once where there is one. (grows)
RC_EXPORT(rc_token)
void rc_token(uint32_t request, uint32_t token_bytes);
// The application could not give one. Permanent: the core stops (disconnected, `token_failed`);
// else it tries again later.
RC_EXPORT(rc_token_failed)
void rc_token_failed(uint32_t request, uint32_t permanent);

// ---- What the world reports
// ----------------------------------------------------------------------

RC_EXPORT(rc_on_open)
void rc_on_open(uint32_t generation);
// Where the next message is to be copied: at least `bytes` long, the same address until a longer
// one is asked for. (grows)
RC_EXPORT(rc_inbound) rc_address rc_inbound(uint32_t bytes);
// A binary message of `bytes` came and stands at rc_inbound. (grows)
RC_EXPORT(rc_on_message)
void rc_on_message(uint32_t generation, uint32_t bytes);
// A text message came, which this protocol does not have.
RC_EXPORT(rc_on_text)
void rc_on_text(uint32_t generation);
// The socket is closed, or could not be opened (1006). Scratch: the reason. (grows)
RC_EXPORT(rc_on_closed)
void rc_on_closed(uint32_t generation, uint32_t code, uint32_t reason_bytes);
RC_EXPORT(rc_on_timer) void rc_on_timer(void);

enum {
  RC_SIGNAL_HIDDEN = 1,     // the page is not seen: attempts become one a minute
  RC_SIGNAL_VISIBLE = 2,    // seen again: a half-made attempt is made anew, a link is probed
  RC_SIGNAL_ONLINE = 3,     // as visible, without a change of hidden
  RC_SIGNAL_OFFLINE = 4,    // the link is probed
  RC_SIGNAL_WAKE = 5,       // resume of a frozen page, focus after a while
  RC_SIGNAL_PAGE_HIDE = 6,  // into the back/forward cache: closes so that the session is parked
  RC_SIGNAL_PAGE_SHOW = 7,  // out of it: comes back
  RC_SIGNAL_UNLOAD = 8,     // the page goes for good: Bye, as rc_close
};
RC_EXPORT(rc_on_signal)
void rc_on_signal(uint32_t signal);

// ---- Rooms
// ---------------------------------------------------------------------------------------

// The number of the room with this name (scratch); a room is known until rc_room_release. 0: not a
// room name; an RC_EFFECT_ERROR says why. (grows)
RC_EXPORT(rc_room)
uint32_t rc_room(uint32_t name_bytes);
// Leaves it, and forgets it as soon as its calls are settled. Its number is not used again.
RC_EXPORT(rc_room_release)
void rc_room_release(uint32_t room);

enum {
  RC_SINCE_LIVE = 0,
  RC_SINCE_POSITION = 1,    // `since` is the offset, epoch_* the epoch
  RC_SINCE_LAST_COUNT = 2,  // the last `since` publications
  RC_SINCE_LAST_MS = 3,     // those of the last `since` milliseconds
};
enum {
  RC_JOIN_REJECT_LOST = 1,  // refuse to join where not everything since can come
  RC_JOIN_NO_ECHO = 2,      // own publications are not delivered
};
enum { RC_PRESENCE_NONE = 0, RC_PRESENCE_COUNTS = 1, RC_PRESENCE_MEMBERS = 2 };
// Wants to be in the room, through every reconnect, until rc_leave. Scratch: room token, member
// data. Answers a call: done when joined. A refused first join is over (state left); an automatic
// rejoin that is refused for now is tried again. `since` counts for the first join alone. (grows)
RC_EXPORT(rc_join)
uint32_t rc_join(uint32_t room, uint32_t flags, uint32_t presence, uint32_t since_kind,
                 double since, uint32_t epoch_low, uint32_t epoch_high, uint32_t token_bytes,
                 uint32_t member_data_bytes);
// Wants to be out. The state is left at once; the call is done when the hub knows, or when there is
// no hub that would have to. Joins under way are aborted. (grows)
RC_EXPORT(rc_leave) uint32_t rc_leave(uint32_t room);

// Publishes. Scratch: type, key, data, then `tag_count` tags, each as one byte of name length, one
// byte of value length, name, value. Answers a call: done with the position. Offline it waits in a
// queue (256 messages, 1 MiB, 60 s). `timeout_ms` runs from its sending; 0: 10 s. (grows)
RC_EXPORT(rc_publish)
uint32_t rc_publish(uint32_t room, uint32_t encoding, uint32_t tag_count, double timeout_ms,
                    uint32_t type_bytes, uint32_t key_bytes, uint32_t data_bytes);
// Sends without an answer, a place in the stream or a second try. Scratch as above. 1: handed to
// the socket; 0: dropped, because there is no connection or it is not well formed. (grows)
RC_EXPORT(rc_send)
uint32_t rc_send(uint32_t room, uint32_t encoding, uint32_t tag_count, uint32_t type_bytes,
                 uint32_t key_bytes, uint32_t data_bytes);

enum { RC_HISTORY_REVERSE = 1, RC_HISTORY_FROM = 2 };  // FROM: `offset` and `epoch_*` count
// Asks for a page of history, which RC_EFFECT_PUBLICATION bring before the call settles: upwards
// after a position, or with REVERSE downwards before it; without FROM from that end. `limit` 0: the
// position alone. The room need not be joined; waits for a connection as rc_publish does. (grows)
RC_EXPORT(rc_history)
uint32_t rc_history(uint32_t room, uint32_t flags, double offset, uint32_t epoch_low,
                    uint32_t epoch_high, uint32_t limit);
// What others see of this member from now on (scratch: at most 1 KiB). Answers a call. (grows)
RC_EXPORT(rc_update_member)
uint32_t rc_update_member(uint32_t room, uint32_t member_data_bytes);

// Asks the hub whether it is there. Answers a call: done with the round trip; refused where there
// is no connection. (grows)
RC_EXPORT(rc_ping) uint32_t rc_ping(void);

// The application does not care any more: the call, if not settled yet, settles as aborted. What
// was not sent never is; an intent (a join) stays. (grows)
RC_EXPORT(rc_abort) void rc_abort(uint32_t call);

// ---- Queries: no effects, and those of the input before stay valid
// --------------------------------

// 1, and mailbox.number[0]: the hub's clock in microseconds since the Unix epoch, [1]: it is within
// so many microseconds of that. 0: not known yet.
RC_EXPORT(rc_hub_time) uint32_t rc_hub_time(void);
// 1, and mailbox.number[0]: offset, words 12, 13: epoch low, high. 0: the room has no position.
RC_EXPORT(rc_position) uint32_t rc_position(uint32_t room);

// What was counted since rc_create, as doubles in this order.
enum {
  RC_STAT_ATTEMPTS = 0,     // sockets asked for
  RC_STAT_CONNECTIONS = 1,  // Welcomes
  RC_STAT_RESUMED = 2,      // of which the session was still there
  RC_STAT_MESSAGES_IN = 3,  // WebSocket messages
  RC_STAT_BYTES_IN = 4,
  RC_STAT_MESSAGES_OUT = 5,
  RC_STAT_BYTES_OUT = 6,
  RC_STAT_PUBLICATIONS = 7,      // delivered to the application
  RC_STAT_SEEN = 8,              // discarded: at or below the position
  RC_STAT_ECHOES = 9,            // discarded: own, and the room said no echo
  RC_STAT_GAPS = 10,             // Gaps, Resets and LOST verdicts
  RC_STAT_RESENT = 11,           // publishes sent again with their id
  RC_STAT_DROPPED = 12,          // volatile sends without a connection
  RC_STAT_PROTOCOL_ERRORS = 13,  // frames or orders that the hub must not send
  RC_STAT_UNKNOWN_REPLIES = 14,  // replies to nothing that is under way
  RC_STAT_LOST_LINKS = 15,       // connections ended because the hub was silent
  RC_STAT_QUEUED = 16,           // publishes not settled, now
  RC_STAT_QUEUED_BYTES = 17,     // now
  RC_STAT_ROUND_TRIP_US = 18,    // the last measured; 0: none
  RC_STAT_COUNT = 19,
};
// The address of RC_STAT_COUNT doubles, valid until the next call of any function.
RC_EXPORT(rc_stats) rc_address rc_stats(void);

// Which RC_EFFECT_TRACE come, from the next input on: RC_TRACE_*.
RC_EXPORT(rc_trace) void rc_trace(uint32_t level);

#ifdef __cplusplus
}  // extern "C"
#endif

#endif  // ROOMCAST_CLIENT_WASM_ABI_ROOMCAST_ABI_H_
