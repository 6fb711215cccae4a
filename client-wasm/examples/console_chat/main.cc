// Talk in a room from a terminal: console_chat [ROOM [URL]]. A line that is typed is published;
// what others say is printed. Ends with the input.
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <iostream>
#include <istream>
#include <string>
#include <utility>

#include "roomcast/beast_transport.h"
#include "roomcast/client.h"

namespace {

namespace asio = boost::asio;

class Chat {
 public:
  Chat(asio::io_context& io, std::string room, std::string url)
      : io_(io),
        input_(io, ::dup(STDIN_FILENO)),
        room_(std::move(room)),
        transport_(io),
        client_({std::move(url), "", "console-chat"}, MakeEvents(), transport_) {}

  void Begin() {
    client_.Connect();
    client_.Join(room_, [this](const roomcast::Result& joined) {
      if (joined.outcome != roomcast::CallOutcome::kDone) return End(joined.trouble.message);
      std::cout << "joined " << room_ << std::endl;
      ReadLine();
    });
  }

 private:
  roomcast::ClientEvents MakeEvents() {
    roomcast::ClientEvents events;
    events.on_message = [](const roomcast::Message& message) {
      if (!message.own) std::cout << message.user << ": " << message.data << std::endl;
    };
    events.on_gap = [](const roomcast::MissedMessages& missed) {
      std::cout << "(missed " << missed.from << " to " << missed.to << ")" << std::endl;
    };
    return events;
  }

  void ReadLine() {
    asio::async_read_until(
        input_, typed_, '\n', [this](boost::system::error_code error, std::size_t) {
          if (error) return End("");
          std::string line;
          std::istream stream(&typed_);
          std::getline(stream, line);
          client_.Publish(room_, {"said", roomcast::DataEncoding::kText, line, {}},
                          [this](const roomcast::Result& said) {
                            if (said.outcome == roomcast::CallOutcome::kDone) {
                              std::cout << "said #" << said.offset << std::endl;
                            } else {
                              std::cout << "not said: " << said.trouble.message << std::endl;
                            }
                            ReadLine();
                          });
        });
  }

  void End(std::string_view why) {
    if (!why.empty()) std::cerr << why << std::endl;
    client_.Close();
    io_.stop();
  }

  asio::io_context& io_;
  asio::posix::stream_descriptor input_;
  asio::streambuf typed_;
  const std::string room_;
  roomcast::BeastTransport transport_;
  roomcast::Client client_;
};

}  // namespace

int main(int count, char** words) {
  asio::io_context io;
  Chat chat(io, count > 1 ? words[1] : "chat:lobby",
            count > 2 ? words[2] : "ws://127.0.0.1:8080/ws");
  chat.Begin();
  io.run();
}
