#include "apps/exchange/inbound/fix/gateway.hpp"

#include <atomic>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "apps/exchange/directory.hpp"
#include "apps/exchange/inbound/fix/reader.hpp"
#include "apps/exchange/inbound/fix/session.hpp"
#include "apps/exchange/inbound/fix/writer.hpp"
#include "apps/exchange/test_venue_doors.hpp"
#include "platform/http/test_client.hpp"
#include "platform/journal/memory_file_system.hpp"
#include "platform/log/log.hpp"

namespace mainstay::exchange::fix::gateway_test {
namespace {

const AccountId ada{1'000};

/// Everybody who says "good" is ada; at once, or when let go.
class EasyLogin final : public Login {
 public:
  std::atomic<bool> holds{false};
  std::atomic<int> held_count{0};
  void let_go() { held_(); }

  void check(LoginRequest request, SystemTime, Done done) override {
    LoginAnswer answer;
    if (request.password == "good") {
      answer.kind = LoginAnswer::Kind::accepted;
      answer.user_id = "ada";
      answer.account = ada;
    }
    if (!holds) return done(std::move(answer));
    held_ = [done = std::move(done), answer = std::move(answer)]() mutable {
      done(std::move(answer));
    };
    ++held_count;
  }

 private:
  UniqueFunction<void()> held_;
};

/// An exchange with a FIX door over files that can be those of a process that died.
struct Exchange {
  struct Options {
    std::uint64_t snapshot_every = 1U << 30U;
    const http::Descriptor* socket = nullptr;  // null: one of its own
    Millis stop_timeout{20};
    std::size_t queue_max = 65'536;
  };
  explicit Exchange(journal::MemoryFileSystem& files) : Exchange(files, Options{}) {}
  Exchange(journal::MemoryFileSystem& files, Options options)
      : log(std::move(*log::Log::open({.level = log::Level::error, .file = "/dev/null"}))),
        venue(venue_options(options), clock, files),
        gateway(gateway_options(options), venue, directory, login, files, clock, *log) {
    venue.listen(directory);
    if (options.socket != nullptr) {
      gateway.take(http::duplicate(*options.socket));
    } else {
      REQUIRE(gateway.bind().has_value());
    }
    REQUIRE(gateway.open().has_value());
    venue.listen(gateway);
    REQUIRE(venue.start().has_value());
    REQUIRE(gateway.start().has_value());
  }
  ~Exchange() {
    gateway.stop();
    venue.stop();
  }

  static VenueOptions venue_options(const Options& wanted) {
    VenueOptions options;
    options.journal.folder = "/exchange";
    options.journal.segment_bytes = 1U << 16U;
    options.journal.retry_every = Millis{1};
    options.snapshot_every_bytes = wanted.snapshot_every;
    options.queue_max = wanted.queue_max;
    return options;
  }
  static GatewayOptions gateway_options(const Options& wanted) {
    GatewayOptions options;
    options.store.journal.folder = "/fix";
    options.store.journal.segment_bytes = 1U << 16U;
    options.store.journal.retry_every = Millis{1};
    options.stop_timeout = wanted.stop_timeout;
    options.server.tick = Millis{20};
    return options;
  }

  void carry_out(AccountId account, CommandBody body) {
    REQUIRE(venue.submit(account, std::move(body), {}));
  }
  void open_market() {
    carry_out({}, DefineAsset{AssetId{1}, Name{"ART"}, 0});
    carry_out({}, DefineAsset{AssetId{2}, Name{"USD"}, 2});
    DefineSymbol symbol;
    symbol.id = SymbolId{1};
    symbol.name = Name{"ARTUSD"};
    symbol.base = AssetId{1};
    symbol.quote = AssetId{2};
    carry_out({}, symbol);
    carry_out(ada, AdjustBalance{AssetId{1}, 1'000'000, 0});
    carry_out(ada, AdjustBalance{AssetId{2}, 1'000'000, 0});
    (void)live_orders();  // behind all of this
  }
  std::size_t live_orders() {
    std::atomic<std::size_t> found{0};
    std::atomic<bool> done{false};
    REQUIRE(venue.look([&](const Views& views) {
      found = views.engine.orders(ada, 10'000).size();
      done = true;
    }));
    CHECK(http::test::eventually([&] { return done.load(); }));
    return found;
  }

  MachineClock clock;
  std::unique_ptr<log::Log> log;
  Directory directory;
  EasyLogin login;
  Venue venue;
  Gateway gateway;
};

/// A client's program: our own session as the initiator, over as many connections as it takes.
class Bot {
 public:
  explicit Bot(std::string comp_id = "BOT") : comp_id_(std::move(comp_id)) {}

  void connect(std::uint16_t port) {
    begin(port);
    read_until_logged_on();
  }

  void read_until_logged_on() {
    while (!session_->is_logged_on() && read()) {
    }
  }

  void begin(std::uint16_t port) {
    socket_ = std::make_unique<http::test::Client>(port);
    reader_ = {};
    SessionOptions options;
    options.role = SessionOptions::Role::initiator;
    options.sender = comp_id_;
    options.target = "MAINSTAY";
    session_.emplace(options, memory_, now());
    session_->log_on("553=ada\001554=good\001" + logon_fields, false, now(), output_);
    flush();
  }

  void hang_up() { socket_->close(); }

  void order(std::uint64_t number) {
    std::string body;
    FieldWriter fields{body};
    fields.text(tag::client_order_id, "o" + std::to_string(number));
    fields.text(tag::symbol, "ARTUSD");
    fields.text(tag::side, "1");
    fields.text(tag::order_quantity, "1");
    fields.text(tag::order_type, "2");
    fields.text(tag::price, "0.01");
    fields.text(tag::time_in_force, "1");
    session_->send("D", body, now(), output_);
    flush();
  }

  void cancel(std::string_view original) {
    std::string body;
    FieldWriter fields{body};
    fields.text(tag::client_order_id, "c");
    fields.text(tag::original_client_order_id, original);
    session_->send("F", body, now(), output_);
    flush();
  }

  /// Until so many reports are there, or the connection has ended.
  void read_until(std::size_t reports) {
    while (told.size() < reports && read()) {
    }
  }
  /// Likewise, of whatever kind.
  void read_until_all(std::size_t reports) {
    while (told.size() + ends.size() < reports && read()) {
    }
  }
  /// Reads what is there for as long as something comes.
  bool read() {
    const std::string bytes = socket_->read_some();
    if (bytes.empty()) return false;
    reader_.feed(bytes);
    while (reader_.next() == MessageReader::Outcome::message) {
      const Message& message = reader_.message();
      if (session_->receive(message, now(), output_) && message.is("8")) {
        const std::string id{message.get(tag::client_order_id)};
        const std::string type{message.get(tag::exec_type)};
        type == "0" ? told.push_back(id) : ends.push_back(id + " " + type);
        CHECK(ids.emplace(message.get(tag::exec_id)).second);
      }
      if (message.is("j")) ends.emplace_back("busy");
      if (message.is("5")) heard = message.get(tag::text);
      flush();
    }
    return !session_->is_over();
  }

  std::string logon_fields;
  std::vector<std::string> told;  // ClOrdIDs of the reports
  std::vector<std::string> ends;  // "o1 4": of those that are not of a new order; "busy"
  std::set<std::string> ids;      // their ExecIDs
  std::string heard;              // why it was logged out

 private:
  [[nodiscard]] Now now() const { return {clock_.wall(), clock_.steady()}; }
  void flush() {
    socket_->send(output_.wire);
    output_.clear();
  }

  std::string comp_id_;
  MachineClock clock_;
  SessionMemory memory_;
  std::optional<Session> session_;
  std::unique_ptr<http::test::Client> socket_;
  MessageReader reader_;
  Output output_;
};

}  // namespace

TEST_CASE("fix gateway: orders are carried out once and told of once, whenever the process dies") {
  constexpr std::size_t orders = 12;
  for (std::size_t death = 0; death <= orders; ++death) {
    INFO("death behind ", death, " reports");
    journal::MemoryFileSystem files;
    Bot bot;
    {
      Exchange exchange{files};
      exchange.open_market();
      bot.connect(exchange.gateway.port());
      for (std::size_t i = 0; i < orders; ++i) bot.order(i);
      bot.read_until(death);
      files.kill_process();
    }
    files.restart();
    Exchange exchange{files};
    bot.connect(exchange.gateway.port());
    bot.read_until(orders);
    CHECK(bot.told.size() == orders);
    CHECK(bot.ends.empty());
    for (std::size_t i = 0; i < bot.told.size(); ++i) CHECK(bot.told[i] == "o" + std::to_string(i));
    CHECK(exchange.live_orders() == orders);
  }
}

TEST_CASE("fix gateway: who is logging on while it stops hears why, and goes on behind it") {
  journal::MemoryFileSystem files;
  auto socket = http::bind_to("127.0.0.1", 0, http::Sharing::alone);
  REQUIRE(socket.has_value());
  Bot bot;
  Bot late{"LATE"};
  {
    Exchange exchange{files, {.socket = &*socket, .stop_timeout = Seconds{10}}};
    exchange.open_market();
    bot.connect(exchange.gateway.port());
    bot.order(0);
    bot.read_until(1);
    exchange.login.holds = true;
    late.begin(exchange.gateway.port());
    CHECK(http::test::eventually([&] { return exchange.login.held_count == 1; }));
    std::thread stopping{[&] { exchange.gateway.stop(); }};
    bot.read_until(2);
    CHECK(bot.heard == "the exchange stops or restarts");
    exchange.login.let_go();
    late.read_until(1);
    CHECK(late.heard == "the exchange stops or restarts");
    bot.hang_up();
    late.hang_up();
    stopping.join();
    late.begin(exchange.gateway.port());  // it waits in the queue
  }
  Exchange exchange{files, {.socket = &*socket}};
  late.read_until_logged_on();
  late.order(1);
  late.read_until(1);
  CHECK(late.told == std::vector<std::string>{"o1"});
  bot.connect(exchange.gateway.port());
  bot.order(2);
  bot.read_until(2);
  CHECK(bot.told == std::vector<std::string>{"o0", "o2"});
}

TEST_CASE("fix gateway: a snapshot of the venue loses no report") {
  journal::MemoryFileSystem files;
  Bot bot;
  {
    Exchange exchange{files, {.snapshot_every = 2'000}};
    exchange.open_market();
    bot.connect(exchange.gateway.port());
    for (std::size_t i = 0; i < 300; ++i) bot.order(i);
    bot.read_until(100);
    CHECK(http::test::eventually([&] { return exchange.venue.stats().snapshots > 0; }));
    files.kill_process();
  }
  files.restart();
  Exchange exchange{files};
  bot.connect(exchange.gateway.port());
  bot.read_until(300);
  CHECK(bot.told.size() == 300);
  CHECK(exchange.live_orders() == 300);
}

TEST_CASE("fix gateway: while nothing can be stored nothing is taken and nothing is lost") {
  journal::MemoryFileSystem files;
  Exchange exchange{files};
  exchange.open_market();
  Bot bot;
  bot.connect(exchange.gateway.port());
  for (std::size_t i = 0; i < 10; ++i) bot.order(i);
  bot.read_until(10);
  files.set_trouble(journal::MemoryFileSystem::Trouble::read_only);
  for (std::size_t i = 10; i < 20; ++i) bot.order(i);
  const auto works = [&] {
    return exchange.gateway.health().has_value() && exchange.venue.health().has_value();
  };
  CHECK(http::test::eventually([&] { return !works(); }));
  files.set_trouble(journal::MemoryFileSystem::Trouble::none);
  CHECK(http::test::eventually(works));
  while (bot.told.size() < 20) {
    bot.connect(exchange.gateway.port());
    bot.read_until(20);
  }
  CHECK(bot.told.size() == 20);
  CHECK(exchange.live_orders() == 20);
}

TEST_CASE("fix gateway: orders that wait when the connection ends do not outlive it") {
  journal::MemoryFileSystem files;
  Exchange exchange{files};
  exchange.open_market();
  Bot bot;
  bot.logon_fields = "8013=Y\001";
  bot.connect(exchange.gateway.port());
  exchange::test::Held held{exchange.venue};
  held.wait();
  bot.order(0);
  bot.cancel("none");  // waits for the answer, and keeps those behind it waiting
  bot.order(1);
  CHECK(http::test::eventually([&] { return exchange.gateway.stats().messages_in == 3; }));
  bot.hang_up();
  CHECK(http::test::eventually([&] { return exchange.gateway.stats().logged_on == 0; }));
  held.let_go();
  bot.logon_fields.clear();
  bot.connect(exchange.gateway.port());
  bot.read_until_all(3);
  CHECK(bot.told == std::vector<std::string>{"o0"});
  CHECK(std::set(bot.ends.begin(), bot.ends.end()) == std::set<std::string>{"o0 4", "o1 8"});
  CHECK(exchange.live_orders() == 0);
}

TEST_CASE("fix gateway: a cancel at the end that the venue cannot take is tried again") {
  journal::MemoryFileSystem files;
  Exchange exchange{files, {.queue_max = 64}};
  exchange.open_market();
  Bot bot;
  bot.logon_fields = "8013=Y\001";
  bot.connect(exchange.gateway.port());
  bot.order(0);
  bot.read_until(1);
  exchange::test::Held held{exchange.venue};
  held.wait();
  while (exchange.venue.submit(ada, CancelOrder{}, {})) {
  }
  bot.hang_up();
  CHECK(http::test::eventually([&] { return exchange.gateway.stats().logged_on == 0; }));
  bot.logon_fields.clear();
  bot.connect(exchange.gateway.port());
  bot.order(1);
  bot.read_until_all(2);  // behind the cancel of all
  CHECK(bot.ends == std::vector<std::string>{"busy"});
  held.let_go();
  bot.read_until_all(3);
  CHECK(bot.ends == std::vector<std::string>{"busy", "o0 4"});
  CHECK(exchange.live_orders() == 0);
  bot.order(2);
  bot.read_until(2);
  CHECK(exchange.live_orders() == 1);
}

}  // namespace mainstay::exchange::fix::gateway_test
