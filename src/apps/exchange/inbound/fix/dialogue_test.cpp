// Dialogues of a session, as text: dialogues/*.txt. What the other side sends and what comes back
// stand in the order in which they happen:
//
//   keep 2              from here on so many messages, and none yet
//   connect             a new connection of the same session
//   > 35=1|34=2|112=x|  a message from outside; 49, 56 and 52 are added where absent, 8, 9 and 10
//                       always (`>! ` leaves all out: bytes as they are)
//   + 30                so many seconds pass, a tick each
//   send 8 37=1|        the application sends
//   log out why         we end the session
//
//   < 35=0|34=2|112=x|  what was sent, without 8, 9, 10, 49, 56 and 52
//   = D 11=a|           what was delivered to the application: type and the fields that are none
//                       of the session's
//   garbled, too large  what the reader said
//   end: why            the connection's end
//
// With MAINSTAY_UPDATE=1 in the environment the files are rewritten as it is.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "apps/exchange/inbound/fix/reader.hpp"
#include "apps/exchange/inbound/fix/session.hpp"
#include "apps/exchange/inbound/fix/writer.hpp"
#include "base/text.hpp"

namespace mainstay::exchange::fix::dialogue_test {
namespace {

std::string with(char from, char to, std::string text) {
  std::ranges::replace(text, from, to);
  return text;
}

class Dialogue {
 public:
  /// The lines as they should be.
  std::string play(const std::string& text) {
    std::istringstream lines{text};
    for (std::string line; std::getline(lines, line);) {
      if (is_told(line)) continue;
      told_ += line + "\n";
      play_line(line);
    }
    return told_;
  }

 private:
  static bool is_told(const std::string& line) {
    return line.starts_with("< ") || line.starts_with("= ") || line.starts_with("end: ") ||
           line == "garbled" || line == "too large";
  }

  void play_line(const std::string& line) {
    if (line.starts_with("keep ")) {
      memory_ = SessionMemory{{.messages_max = *parse_u64(line.substr(5))}};
    } else if (line == "connect") {
      reader_ = {};
      session_ = std::make_unique<Session>(
          SessionOptions{.sender = "MAINSTAY", .target = "CLIENT", .resend_bytes_max = 400},
          memory_, now_);
    } else if (line.starts_with(">! ")) {
      receive(with('|', separator, line.substr(3)));
    } else if (line.starts_with("> ")) {
      receive(framed(line.substr(2)));
    } else if (line.starts_with("+ ")) {
      for (auto left = *parse_u64(line.substr(2)); left > 0; --left) pass_second();
    } else if (line.starts_with("send ")) {
      session_->send(line.substr(5, 1), with('|', separator, line.substr(7)), now_, output_);
      tell_output();
    } else if (line.starts_with("log out ")) {
      session_->log_out(line.substr(8), now_, output_);
      tell_output();
    }
  }

  void pass_second() {
    now_.wall += Seconds{1};
    now_.steady += Seconds{1};
    session_->tick(now_, output_);
    tell_output();
  }

  std::string framed(const std::string& given) {
    Message message;
    const std::string fields = with('|', separator, given);
    message.parse(fields, {});
    std::string body;
    FieldWriter writer{body};
    for (const Field& field : message.fields()) {
      writer.text(field.tag, field.value);
      if (field.tag != tag::msg_type) continue;
      if (!message.has(tag::sender_comp_id)) writer.text(tag::sender_comp_id, "CLIENT");
      if (!message.has(tag::target_comp_id)) writer.text(tag::target_comp_id, "MAINSTAY");
      if (!message.has(tag::sending_time)) writer.time(tag::sending_time, now_.wall);
    }
    // What the parser refuses is sent as it stands.
    if (message.defect()) {
      const std::size_t at = fields.find(separator) + 1;
      body = fields.substr(0, at) + "49=CLIENT\00156=MAINSTAY\00152=" + utc_text(now_.wall) +
             "\001" + fields.substr(at);
    }
    const std::string begin =
        "8=" + std::string{begin_string} + "\0019=" + std::to_string(body.size()) + "\001";
    const std::string sum = std::to_string(checksum(begin + body));
    return begin + body + "10=" + std::string(3 - sum.size(), '0') + sum + "\001";
  }

  void receive(const std::string& bytes) {
    reader_.feed(bytes);
    for (;;) {
      const auto outcome = reader_.next();
      if (outcome == MessageReader::Outcome::need_more) return;
      if (outcome == MessageReader::Outcome::garbled) told_ += "garbled\n";
      if (outcome == MessageReader::Outcome::too_large) {
        told_ += "too large\n";
        return;
      }
      if (outcome != MessageReader::Outcome::message) continue;
      if (session_->receive(reader_.message(), now_, output_)) {
        told_ += "= " + std::string{reader_.message().type()} + shown(reader_.message()) + "\n";
      }
      tell_output();
    }
  }

  static std::string shown(const Message& message) {
    std::string text = " ";
    for (const Field& field : message.fields()) {
      constexpr std::array hidden{tag::begin_string,   tag::body_length,    tag::check_sum,
                                  tag::sender_comp_id, tag::target_comp_id, tag::sending_time,
                                  tag::msg_type,       tag::msg_seq_num};
      if (std::ranges::find(hidden, field.tag) != hidden.end()) continue;
      text += std::to_string(field.tag) + "=" + std::string{field.value} + "|";
    }
    return text;
  }

  void tell_output() {
    MessageReader sent;
    sent.feed(output_.wire);
    while (sent.next() == MessageReader::Outcome::message) {
      const Message& message = sent.message();
      told_ += "< 35=" + std::string{message.type()} +
               "|34=" + std::string{message.get(tag::msg_seq_num)} + "|" +
               shown(message).substr(1) + "\n";
    }
    if (output_.closes) told_ += "end: " + output_.reason + "\n";
    output_.clear();
    // The wire took it all.
    if (!session_->is_resending()) return;
    session_->continue_resend(now_, output_);
    tell_output();
  }

  Now now_{*parse_utc("20261122-08:00:00"), SteadyTime{}};
  SessionMemory memory_;
  std::unique_ptr<Session> session_;
  MessageReader reader_;
  Output output_;
  std::string told_;
};

std::string contents(const std::filesystem::path& path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

TEST_CASE("fix session: the dialogues go as they are written") {
  const bool update = std::getenv("MAINSTAY_UPDATE") != nullptr;
  std::vector<std::filesystem::path> files;
  for (const auto& entry :
       std::filesystem::directory_iterator{"src/apps/exchange/inbound/fix/dialogues"}) {
    files.push_back(entry.path());
  }
  std::ranges::sort(files);
  REQUIRE(!files.empty());
  for (const auto& file : files) {
    const std::string expected = contents(file);
    Dialogue dialogue;
    const std::string told = dialogue.play(expected);
    if (update) std::ofstream{file} << told;
    CHECK_MESSAGE(told == expected, file.string());
  }
}

}  // namespace
}  // namespace mainstay::exchange::fix::dialogue_test
