// Moving cursors on a canvas: everybody who has this page open sees where the others point. The
// whole program is C++; the page is a canvas. Built with Emscripten against the installed SDK.
#include <emscripten.h>
#include <emscripten/html5.h>

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "roomcast/browser_transport.h"
#include "roomcast/client.h"

namespace {

constexpr std::string_view kRoom = "demo:cursors";
// A pointer is told at most so often, and gone when nothing was heard of it for so long.
constexpr double kSendEveryMs = 33;
constexpr double kForgetAfterMs = 5000;

// Where somebody points, in parts of the canvas out of 65535; how it is sent, too.
struct Place {
  std::uint16_t x = 0;
  std::uint16_t y = 0;
};

std::array<char, 4> Encode(const Place& place) {
  return {static_cast<char>(place.x), static_cast<char>(place.x >> 8), static_cast<char>(place.y),
          static_cast<char>(place.y >> 8)};
}

bool Decode(std::string_view bytes, Place& place) {
  if (bytes.size() != 4) return false;
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  place = {static_cast<std::uint16_t>(at(0) | at(1) << 8),
           static_cast<std::uint16_t>(at(2) | at(3) << 8)};
  return true;
}

// clang-format off
EM_JS(void, hub_url, (char* out, int most), {
  var url = new URL('/ws', location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  stringToUTF8(url.href, out, most);
});
EM_JS(void, begin_frame, (), {
  var canvas = document.getElementById('canvas');
  canvas.width = canvas.clientWidth * devicePixelRatio;
  canvas.height = canvas.clientHeight * devicePixelRatio;
});
EM_JS(void, draw_cursor, (double x, double y, int hue), {
  var canvas = document.getElementById('canvas');
  var pen = canvas.getContext('2d');
  pen.fillStyle = 'hsl(' + hue + ', 75%, 65%)';
  pen.beginPath();
  pen.arc(x * canvas.width, y * canvas.height, 10 * devicePixelRatio, 0, 2 * Math.PI);
  pen.fill();
});
EM_JS(void, show_state, (const char* state, int others), {
  document.getElementById('state').textContent = UTF8ToString(state);
  document.body.dataset.state = UTF8ToString(state);
  document.body.dataset.others = others;
});
// clang-format on

const char* WordOf(roomcast::ConnectionState state) {
  switch (state) {
    case roomcast::ConnectionState::kConnected:
      return "connected";
    case roomcast::ConnectionState::kConnecting:
      return "connecting";
    case roomcast::ConnectionState::kReconnecting:
      return "reconnecting";
    default:
      return "not connected";
  }
}

int HueOf(std::string_view name) {
  unsigned sum = 7;
  for (const char letter : name) sum = sum * 31 + static_cast<unsigned char>(letter);
  return static_cast<int>(sum % 360);
}

class Cursors {
 public:
  explicit Cursors(const std::string& url) : client_({.url = url}, Events(), transport_) {
    client_.Connect();
    client_.Join(kRoom);
  }

  void Point(Place place) {
    place_ = place;
    moved_ = true;
  }

  void Frame(double now_ms) {
    if (moved_ && now_ms - sent_at_ms_ >= kSendEveryMs) {
      const std::array<char, 4> bytes = Encode(place_);
      // Volatile: of a pointer only the newest place is worth something.
      client_.Send(kRoom, {.type = "moved",
                           .encoding = roomcast::DataEncoding::kBytes,
                           .data = {bytes.data(), bytes.size()}});
      moved_ = false;
      sent_at_ms_ = now_ms;
    }
    begin_frame();
    std::erase_if(others_, [&](const auto& other) {
      return now_ms - other.second.heard_at_ms > kForgetAfterMs;
    });
    for (const auto& [name, other] : others_) {
      draw_cursor(other.place.x / 65535.0, other.place.y / 65535.0, HueOf(name));
    }
    show_state(WordOf(client_.state()), static_cast<int>(others_.size()));
  }

 private:
  struct Other {
    Place place;
    double heard_at_ms = 0;
  };

  roomcast::ClientEvents Events() {
    roomcast::ClientEvents events;
    events.on_message = [this](const roomcast::Message& message) {
      Place place;
      if (message.own || !Decode(message.data, place)) return;
      others_[std::string(message.session)] = {place, emscripten_get_now()};
    };
    return events;
  }

  roomcast::BrowserTransport transport_;
  std::map<std::string, Other> others_;
  Place place_;
  bool moved_ = false;
  double sent_at_ms_ = 0;
  roomcast::Client client_;
};

EM_BOOL OnPointer(int, const EmscriptenMouseEvent* event, void* cursors) {
  double width = 0;
  double height = 0;
  emscripten_get_element_css_size("#canvas", &width, &height);
  if (width <= 0 || height <= 0) return EM_FALSE;
  static_cast<Cursors*>(cursors)->Point(
      {static_cast<std::uint16_t>(event->targetX / width * 65535),
       static_cast<std::uint16_t>(event->targetY / height * 65535)});
  return EM_TRUE;
}

EM_BOOL OnFrame(double now_ms, void* cursors) {
  static_cast<Cursors*>(cursors)->Frame(now_ms);
  return EM_TRUE;
}

}  // namespace

int main() {
  std::array<char, 1024> url{};
  hub_url(url.data(), static_cast<int>(url.size()));
  // As long as the page is there.
  static Cursors cursors{std::string(url.data())};
  emscripten_set_mousemove_callback("#canvas", &cursors, EM_FALSE, OnPointer);
  emscripten_request_animation_frame_loop(OnFrame, &cursors);
}
