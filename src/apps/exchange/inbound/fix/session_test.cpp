#include "apps/exchange/inbound/fix/session.hpp"

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "apps/exchange/inbound/fix/reader.hpp"
#include "apps/exchange/inbound/fix/writer.hpp"
#include "base/random.hpp"

namespace mainstay::exchange::fix::session_test {
namespace {

/// One end of a connection that loses and repeats messages, and what its application got.
struct End {
  SessionMemory memory;
  std::unique_ptr<Session> session;
  Output output;
  std::deque<std::string> inbox;
  std::vector<std::string> delivered;
  std::size_t sent = 0;
};

/// Two of our sessions with a bad wire between them.
class Pair {
 public:
  explicit Pair(std::uint64_t seed) : luck_(seed) {}

  /// Random sending, losing, repeating, cutting; then a good wire until nothing happens any more.
  void run() {
    for (int step = 0; step < 400; ++step) {
      if (luck_.below(60) == 0) cut();
      connect();
      for (End* end : {&ours_, &theirs_}) {
        if (luck_.below(3) == 0) send(*end);
      }
      move();
      pass(Seconds{static_cast<std::int64_t>(luck_.below(4))});
    }
    is_bad_ = false;
    for (int step = 0; step < 200; ++step) {
      connect();
      move();
      pass(Seconds{1});
    }
  }

  End ours_, theirs_;

 private:
  void cut() {
    for (End* end : {&ours_, &theirs_}) {
      end->session = nullptr;
      end->inbox.clear();
      end->output.clear();
    }
  }

  void connect() {
    const auto alive = [](const End& end) { return end.session && !end.session->is_over(); };
    if (alive(ours_) && alive(theirs_)) return;
    cut();
    SessionOptions options;
    options.sender = "US";
    options.target = "THEM";
    options.heartbeat = Seconds{5};
    options.resend_bytes_max = 300;
    ours_.session = std::make_unique<Session>(options, ours_.memory, now_);
    std::swap(options.sender, options.target);
    options.role = SessionOptions::Role::initiator;
    theirs_.session = std::make_unique<Session>(options, theirs_.memory, now_);
    theirs_.session->log_on("", false, now_, theirs_.output);
    flush(theirs_, ours_);
  }

  void send(End& end) {
    std::string body;
    FieldWriter{body}.number(tag::client_order_id, ++end.sent);
    if (end.session->is_logged_on()) {
      end.session->send("D", body, now_, end.output);
      flush(end, other(end));
    } else {
      end.memory.keep("D", body, now_.wall);
    }
  }

  End& other(const End& end) { return &end == &ours_ ? theirs_ : ours_; }

  void flush(End& from, End& to) {
    while (!from.output.wire.empty() || from.session->is_resending()) {
      MessageReader reader;
      reader.feed(from.output.wire);
      from.output.clear();
      while (reader.next() == MessageReader::Outcome::message) {
        const std::string message{reader.message().raw()};
        if (is_bad_ && luck_.below(40) == 0) continue;
        to.inbox.push_back(message);
        if (is_bad_ && luck_.below(200) == 0) to.inbox.push_back(message);
      }
      if (from.session->is_resending()) from.session->continue_resend(now_, from.output);
    }
    from.output.clear();
  }

  void move() {
    while (!ours_.inbox.empty() || !theirs_.inbox.empty()) {
      End& end =
          !ours_.inbox.empty() && (theirs_.inbox.empty() || luck_.below(2) == 0) ? ours_ : theirs_;
      const std::string bytes = std::move(end.inbox.front());
      end.inbox.pop_front();
      MessageReader reader;
      reader.feed(bytes);
      REQUIRE(reader.next() == MessageReader::Outcome::message);
      if (end.session->receive(reader.message(), now_, end.output)) {
        end.delivered.emplace_back(reader.message().get(tag::client_order_id));
      }
      flush(end, other(end));
    }
  }

  void pass(Seconds time) {
    now_.wall += time;
    now_.steady += time;
    for (End* end : {&ours_, &theirs_}) {
      end->session->tick(now_, end->output);
      flush(*end, other(*end));
    }
  }

  Random luck_;
  Now now_{*parse_utc("20261122-08:00:00"), SteadyTime{}};
  bool is_bad_ = true;
};

void check_all_delivered_once(const End& from, const End& to) {
  REQUIRE(to.delivered.size() == from.sent);
  for (std::size_t i = 0; i < to.delivered.size(); ++i) {
    CHECK(to.delivered[i] == std::to_string(i + 1));
  }
}

TEST_CASE("fix session: over a wire that loses, repeats and cuts, all arrives once and in order") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    INFO("seed ", seed);
    Pair pair{seed};
    pair.run();
    CHECK(pair.ours_.sent > 50);
    check_all_delivered_once(pair.ours_, pair.theirs_);
    check_all_delivered_once(pair.theirs_, pair.ours_);
  }
}

TEST_CASE("fix session: an initiator begins both numbers anew") {
  SessionMemory memory;
  memory.next_in = 9;
  memory.next_out = 7;
  SessionOptions options;
  options.role = SessionOptions::Role::initiator;
  options.sender = "THEM";
  options.target = "US";
  const Now now{*parse_utc("20261122-08:00:00"), SteadyTime{}};
  Session session{options, memory, now};
  Output output;
  session.log_on("553=a\001", true, now, output);
  CHECK(memory.next_in == 1);
  CHECK(memory.next_out == 2);
  CHECK(output.wire.find("141=Y\001553=a\001") != std::string::npos);

  std::string answer;
  Header header;
  header.type = "A";
  header.sender = "US";
  header.target = "THEM";
  header.number = 1;
  header.sent = now.wall;
  append_message(answer, header, "98=0\001108=30\001141=Y\001");
  MessageReader reader;
  reader.feed(answer);
  REQUIRE(reader.next() == MessageReader::Outcome::message);
  output.clear();
  CHECK_FALSE(session.receive(reader.message(), now, output));
  CHECK(session.is_logged_on());
  CHECK(output.wire.empty());
  CHECK(memory.next_in == 2);
}

}  // namespace
}  // namespace mainstay::exchange::fix::session_test
