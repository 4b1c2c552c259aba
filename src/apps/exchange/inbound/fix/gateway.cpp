#include "apps/exchange/inbound/fix/gateway.hpp"

#include <algorithm>
#include <atomic>
#include <deque>
#include <future>
#include <map>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "apps/exchange/inbound/fix/client.hpp"
#include "apps/exchange/inbound/fix/desk.hpp"
#include "base/check.hpp"
#include "base/text.hpp"
#include "platform/log/log.hpp"

namespace mainstay::exchange::fix {
namespace {

constexpr std::size_t step_bytes_max = 1U << 20U;  // then what was gathered is committed
constexpr std::size_t refusals_max = 10'000;
constexpr std::uint64_t origin_of_fix = std::uint64_t{1} << 56U;  // and below it a RequestId

/// A command that concerns an account with a FIX session, and what came of it.
struct Fact {
  Command command;
  std::vector<Event> events;
};

/// What a session has beside what is stored of it.
struct Live {
  Live(DoorState& door, SessionState& of) : state(of), desk(door, of) {}

  SessionState& state;
  Desk desk;
  Client* client = nullptr;  // null: not connected
  // The cancel of all at its last connection's end, which the venue could not take yet; 0: none.
  // Nothing of the session overtakes it.
  RequestId due_cancel = 0;
  // What the journal has of it.
  std::uint64_t stored_message = 0;
  std::uint64_t stored_in = 0;
  std::uint64_t stored_out = 0;
  std::uint64_t stored_resets = 0;
  std::uint64_t stored_dropped = 0;
  bool touched = false;
};

struct Submission {
  Live* session = nullptr;
  RequestId id = 0;
  CommandBody body;
};

MassCancel all_of(const Live& session) {
  MassCancel wanted;
  wanted.session = session.state.number;
  return wanted;
}

/// What is done when the step before it is durable: messages leave, commands go to the venue.
struct Held {
  struct Part {
    ClientId client = 0;
    std::string wire;
    bool closes = false;
  };
  bool durable = false;
  std::vector<Part> parts;
  std::vector<Submission> submissions;
};

}  // namespace

struct Gateway::Impl final : ClientHost {
  Impl(GatewayOptions wanted, Venue& exchange, const Directory& symbols, Login& users,
       journal::FileSystem& file_system, const Clock& time, log::Log& lines)
      : options(std::move(wanted)),
        venue(exchange),
        directory(symbols),
        login(users),
        files(file_system),
        clock(time),
        log(lines) {}

  Result<> open();
  void recover();
  void stop();
  void log_clients_out();

  // On the thread of the server: clients'.
  [[nodiscard]] Now now() const override { return {clock.wall(), clock.steady()}; }
  [[nodiscard]] const GatewayOptions& settings() const override { return options; }
  [[nodiscard]] bool accepts() const override { return store->accepts(); }
  void check_login(Client& client, LoginRequest request) override;
  void take(Client& client, const Message& message) override;
  [[nodiscard]] std::size_t unanswered(const Client& client) const override;
  void touch(Client& client) override;
  void on_logged_on(Client& client, bool cancels_at_end) override;
  void on_garbled() override { garbled.fetch_add(1, std::memory_order_relaxed); }
  void on_lost(const Client& client, std::uint64_t from, std::uint64_t to) override;
  void on_end(Client& client, std::string_view reason) override;
  void commit() override;

  void on_login(ClientId id, const LoginRequest& request, const LoginAnswer& answer);
  Live* session_for(const Client& client, const LoginAnswer& answer, std::string_view& refusal);
  Live& add_live(SessionState& state);
  Live* live(SessionNumber number);
  Live* live_of(const Client& client) { return live(client.session_number()); }
  void touch(Live& session);

  void on_facts(std::vector<Fact> facts);
  void on_fact(const Fact& fact);
  [[nodiscard]] std::optional<Request> lost_request(const Command& command);
  void on_request_done(RequestId id);
  void tell(Outgoing message);
  void carry(Live& session, DeskOutput output);
  void cancel_at_end(Live& session);
  void submit(Submission& one);
  void retry_cancels();
  void resume_clients();
  void note(Live& session);
  void release(Held& held);
  void on_durable(std::uint64_t number);

  GatewayOptions options;
  Venue& venue;
  const Directory& directory;
  Login& login;
  journal::FileSystem& files;
  const Clock& clock;
  log::Log& log;

  // The server's thread.
  std::unique_ptr<DoorStore> store;
  std::map<SessionNumber, std::unique_ptr<Live>> lives;
  std::unordered_map<ClientId, Client*> clients;
  ClientId last_client = 0;
  std::unordered_map<std::string, std::uint64_t> refusals;  // by name and CompID: Logouts sent
  Step step;
  Sequence stored_told = 0;
  std::vector<Live*> touched;
  std::vector<Client*> dirty;
  std::vector<Submission> submissions;
  std::deque<Held> held;         // the oldest first
  std::uint64_t first_held = 0;  // number of held.front()

  // The venue's lane.
  std::unordered_set<AccountId> accounts;  // with orders by FIX
  std::vector<Fact> facts;
  Sequence heard_up_to = 0;

  std::atomic<std::size_t> logged_on{0};
  std::atomic<std::uint64_t> messages_in{0};
  std::atomic<std::uint64_t> messages_out{0};
  std::atomic<std::uint64_t> garbled{0};
  std::atomic<std::uint64_t> refused{0};

  bool started = false;                    // of whoever starts and stops
  std::unique_ptr<stream::Server> server;  // last: its thread uses the others
};

// --- Life ----------------------------------------------------------------------------------------

Result<> Gateway::Impl::open() {
  MS_TRY(store, DoorStore::open(std::move(options.store), files));
  DoorState& state = store->state();
  for (const auto& [number, session] : state.sessions) {
    add_live(*session);
    accounts.insert(session->account);
  }
  stored_told = heard_up_to = state.told_up_to;
  return {};
}

Live& Gateway::Impl::add_live(SessionState& state) {
  auto& added = lives[state.number] = std::make_unique<Live>(store->state(), state);
  const SessionMemory& memory = state.memory;
  added->stored_message = memory.kept().empty() ? 0 : memory.kept().back().number;
  added->stored_in = state.handed_on;
  added->stored_out = memory.next_out;
  added->stored_resets = memory.resets();
  added->stored_dropped = memory.dropped_up_to();
  return *added;
}

/// Behind what the venue did that we had not heard of: what it has not got now, it never got. The
/// clients will say it again, since their numbers do not count it.
void Gateway::Impl::recover() {
  DoorState& state = store->state();
  for (const auto& [id, request] : std::exchange(state.requests, {})) {
    step.request_done(id);
    // Also of a session that has logged on since and wants none at its next end.
    if (Live* const session = request.type == 'X' ? live(request.session) : nullptr) {
      session->state.cancels_at_end = true;
    }
  }
  for (const auto& [number, session] : lives) {
    if (session->state.cancels_at_end) cancel_at_end(*session);
  }
  commit();
}

void Gateway::Impl::stop() {
  if (std::exchange(started, false)) log_clients_out();
  server->stop();
}

void Gateway::Impl::log_clients_out() {
  server->stop_accepting();
  server->post([this] {
    for (const auto& [id, client] : clients) client->log_out("the exchange stops or restarts");
    commit();
  });
  server->drain(options.stop_timeout);
  // What the ends of connections made the venue do is told before the door closes.
  std::promise<void> told;
  auto done = told.get_future();
  const bool looking = venue.look([this, told = std::move(told)](const Views&) mutable {
    server->post([told = std::move(told)]() mutable { told.set_value(); });
  });
  // Unless the disk fails, for which it waits.
  if (looking) (void)done.wait_for(options.stop_timeout);
}

// --- Clients -------------------------------------------------------------------------------------

void Gateway::Impl::check_login(Client& client, LoginRequest request) {
  LoginRequest asked = request;
  login.check(std::move(asked), clock.wall(),
              [this, id = client.id(), request = std::move(request)](LoginAnswer answer) {
                server->post([this, id, request, answer = std::move(answer)] {
                  on_login(id, request, answer);
                  commit();
                });
              });
}

void Gateway::Impl::on_login(ClientId id, const LoginRequest& request, const LoginAnswer& answer) {
  const auto found = clients.find(id);
  if (found == clients.end()) return;
  Client& client = *found->second;
  if (client.is_over()) return;  // it took too long, and its end has not been seen yet
  const std::string key = request.name + "\x01" + client.comp_id();
  std::string_view refusal;
  switch (answer.kind) {
    case LoginAnswer::Kind::refused:
      refusal = "the login was refused";
      break;
    case LoginAnswer::Kind::too_many:
      refusal = "too many attempts to log in: try again later";
      break;
    case LoginAnswer::Kind::unavailable:
      refusal = "logins cannot be checked now: try again later";
      break;
    case LoginAnswer::Kind::accepted:
      break;
  }
  Live* const session = refusal.empty() ? session_for(client, answer, refusal) : nullptr;
  if (session == nullptr) {
    refused.fetch_add(1, std::memory_order_relaxed);
    log.info("exchange.fix.refused", {{"address", request.address}, {"reason", refusal}});
    // A client counts the Logout that it gets: our numbers of that session make room for it.
    if (refusals.size() < refusals_max || refusals.contains(key)) ++refusals[key];
    return client.refuse_login(refusal);
  }
  session->client = &client;
  if (const auto counted = refusals.find(key); counted != refusals.end()) {
    session->state.memory.next_out += counted->second;
    refusals.erase(counted);
  }
  client.begin_session(session->state);
}

/// Null, and why not.
Live* Gateway::Impl::session_for(const Client& client, const LoginAnswer& answer,
                                 std::string_view& refusal) {
  DoorState& state = store->state();
  if (!store->accepts()) {
    refusal = "the exchange cannot store anything now: try again later";
    return nullptr;
  }
  if (SessionState* const known = state.find(answer.user_id, client.comp_id())) {
    Live* const session = live(known->number);
    if (session->client == nullptr) return session;
    refusal = "this session is logged on already";
    return nullptr;
  }
  const auto of_user = std::ranges::count_if(
      state.sessions, [&](const auto& one) { return one.second->user_id == answer.user_id; });
  if (state.sessions.size() >= options.sessions_max ||
      static_cast<std::size_t>(of_user) >= options.sessions_per_user_max) {
    refusal = "too many sessions are known: use a SenderCompID that was used before";
    return nullptr;
  }
  const SessionNumber number = state.sessions.empty() ? 1 : state.sessions.rbegin()->first + 1;
  SessionState& added = state.add(number, answer.user_id, client.comp_id(), answer.account);
  step.session(added);
  return &add_live(added);
}

void Gateway::Impl::on_logged_on(Client& client, bool cancels_at_end) {
  logged_on.fetch_add(1, std::memory_order_relaxed);
  Live& session = *live_of(client);
  session.state.cancels_at_end = cancels_at_end;
  step.cancels_at_end(session.state.number, cancels_at_end);
  log.info("exchange.fix.logged_on", {{"comp_id", client.comp_id()},
                                      {"user_id", session.state.user_id},
                                      {"address", client.address()}});
}

void Gateway::Impl::on_lost(const Client& client, std::uint64_t from, std::uint64_t to) {
  log.warning("exchange.fix.resend_lacks",
              {{"comp_id", client.comp_id()}, {"from", from}, {"to", to}});
}

void Gateway::Impl::on_end(Client& client, std::string_view reason) {
  clients.erase(client.id());
  std::erase(dirty, &client);
  Live* const session = live_of(client);
  if (session == nullptr || session->client != &client) return;
  session->client = nullptr;
  touch(*session);
  if (client.was_logged_on()) {
    logged_on.fetch_sub(1, std::memory_order_relaxed);
    log.info(
        "exchange.fix.ended",
        {{"comp_id", client.comp_id()}, {"user_id", session->state.user_id}, {"reason", reason}});
    if (session->state.cancels_at_end) cancel_at_end(*session);
  }
  commit();
}

void Gateway::Impl::cancel_at_end(Live& session) {
  session.desk.refuse_waiting_orders();
  DoorState& state = store->state();
  const RequestId id = state.next_request++;
  Request request;
  request.session = session.state.number;
  request.type = 'X';
  step.request(id, request);
  state.requests[id] = std::move(request);
  submissions.push_back({&session, id, all_of(session)});
}

void Gateway::Impl::take(Client& client, const Message& message) {
  messages_in.fetch_add(1, std::memory_order_relaxed);
  Live& session = *live_of(client);
  DeskOutput output;
  session.desk.take(message, *directory.current(), clock.wall(), output);
  carry(session, std::move(output));
}

std::size_t Gateway::Impl::unanswered(const Client& client) const {
  const auto found = lives.find(client.session_number());
  return found == lives.end() ? 0 : found->second->desk.waiting();
}

void Gateway::Impl::carry(Live& session, DeskOutput output) {
  touch(session);
  for (auto& answer : output.answers) {
    if (auto* const message = std::get_if<Outgoing>(&answer)) {
      tell(std::move(*message));
    } else if (session.client != nullptr) {
      const auto& rejected = std::get<DeskOutput::Rejected>(answer);
      session.client->reject(rejected.raw, rejected.defect);
    }
  }
  for (auto& one : output.submissions) {
    step.request(one.id, store->state().requests.at(one.id));
    submissions.push_back({&session, one.id, std::move(one.body)});
  }
}

void Gateway::Impl::tell(Outgoing message) {
  Live* const session = live(message.session);
  if (session == nullptr) return;
  touch(*session);
  messages_out.fetch_add(1, std::memory_order_relaxed);
  if (session->client != nullptr) {
    session->client->send(message.type, std::move(message.body));
  } else {
    session->state.memory.keep(message.type, std::move(message.body), clock.wall());
  }
}

Live* Gateway::Impl::live(SessionNumber number) {
  const auto found = lives.find(number);
  return found == lives.end() ? nullptr : found->second.get();
}

void Gateway::Impl::touch(Live& session) {
  if (!std::exchange(session.touched, true)) touched.push_back(&session);
}

void Gateway::Impl::touch(Client& client) {
  if (Live* const session = live_of(client)) touch(*session);
  if (std::ranges::find(dirty, &client) == dirty.end()) dirty.push_back(&client);
}

// --- What the venue did --------------------------------------------------------------------------

void Gateway::Impl::on_facts(std::vector<Fact> facts_now) {
  for (const Fact& fact : facts_now) {
    on_fact(fact);
    if (step.bytes().size() >= step_bytes_max) commit();
  }
  resume_clients();
  commit();
}

void Gateway::Impl::on_fact(const Fact& fact) {
  DoorState& state = store->state();
  const std::uint64_t origin = fact.command.origin;
  const RequestId id = (origin & origin_of_fix) != 0 ? origin ^ origin_of_fix : 0;
  const auto asked = state.requests.find(id);
  const bool known = asked != state.requests.end();
  // A power cut may leave an order in the venue's journal whose request is in none.
  const std::optional<Request> lost = id == 0 || known ? std::nullopt : lost_request(fact.command);
  const Request* const request = known ? &asked->second : lost ? &*lost : nullptr;
  Reports reports = report(fact.command, fact.events, request, *directory.current(), state.orders);
  for (Outgoing& message : reports.messages) tell(std::move(message));
  for (const OrderId order : reports.changed) {
    if (const FixOrder* const changed = state.orders.find(order)) step.order(*changed);
  }
  state.told_up_to = fact.command.sequence;
  if (known) on_request_done(id);
}

/// As far as the command itself says.
std::optional<Request> Gateway::Impl::lost_request(const Command& command) {
  const auto* const placed = std::get_if<PlaceOrder>(&command.body);
  const Live* const session = placed == nullptr ? nullptr : live(placed->session);
  if (session == nullptr || session->state.account != command.account) return {};
  Request request;
  request.session = placed->session;
  request.client = placed->client.text();
  return request;
}

void Gateway::Impl::on_request_done(RequestId id) {
  DoorState& state = store->state();
  const Request request = std::move(state.requests.at(id));
  state.requests.erase(id);
  step.request_done(id);
  Live* const session = live(request.session);
  if (session == nullptr) return;
  touch(*session);
  if (request.type == 'X') {
    const bool cancels = session->client != nullptr && session->state.cancels_at_end;
    session->state.cancels_at_end = cancels;
    return step.cancels_at_end(request.session, cancels);
  }
  DeskOutput output;
  if (session->desk.on_answered(id, *directory.current(), clock.wall(), output)) {
    return carry(*session, std::move(output));
  }
  // From before a restart: the client need not say it again.
  auto& next_in = session->state.memory.next_in;
  next_in = std::max(next_in, request.in_number + 1);
}

void Gateway::Impl::resume_clients() {
  // By id: one that goes on may end.
  std::vector<ClientId> waiting;
  for (const auto& [id, client] : clients) {
    if (client->is_waiting()) waiting.push_back(id);
  }
  for (const ClientId id : waiting) {
    const auto found = clients.find(id);
    if (found != clients.end()) found->second->go_on();
  }
}

// --- The journal, and what may leave behind it ---------------------------------------------------

/// What changed is stored; then messages leave, and commands go to the venue.
void Gateway::Impl::commit() {
  while (!touched.empty() || !dirty.empty() || !submissions.empty() || !step.empty()) {
    for (Live* const session : touched) note(*session);
    touched.clear();
    const DoorState& state = store->state();
    if (std::exchange(stored_told, state.told_up_to) != state.told_up_to) {
      step.told_up_to(state.told_up_to);
    }
    Held next;
    next.submissions = std::exchange(submissions, {});
    for (Client* const client : std::exchange(dirty, {})) {
      next.parts.push_back({client->id(), client->take_wire(), client->is_over()});
    }
    const std::uint64_t number = first_held + held.size();
    next.durable = store->commit(
        step, [this, number] { server->post([this, number] { on_durable(number); }); });
    step.clear();
    if (next.durable && held.empty()) {
      release(next);
    } else {
      held.push_back(std::move(next));
    }
  }
}

void Gateway::Impl::note(Live& session) {
  session.touched = false;
  SessionState& state = session.state;
  const SessionMemory& memory = state.memory;
  const SessionNumber number = state.number;
  if (std::exchange(session.stored_resets, memory.resets()) != memory.resets()) {
    store->state().on_reset(state);
    session.desk.on_reset();
    step.reset(number);
    session.stored_message = 0;
    session.stored_dropped = 0;
  }
  // Only of what goes before it is stored: the log of the others says it, too.
  if (memory.dropped_up_to() > std::max(session.stored_message, session.stored_dropped)) {
    session.stored_dropped = memory.dropped_up_to();
    step.dropped(number, session.stored_dropped);
  }
  const KeptMessage* message = memory.find_from(session.stored_message + 1);
  for (; message != nullptr; message = memory.find_from(session.stored_message + 1)) {
    step.message(number, *message);
    session.stored_message = message->number;
  }
  const std::uint64_t oldest = session.desk.oldest_number();
  state.handed_on = oldest == 0 ? memory.next_in : std::min(oldest, memory.next_in);
  if (session.stored_in == state.handed_on && session.stored_out == memory.next_out) return;
  session.stored_in = state.handed_on;
  session.stored_out = memory.next_out;
  step.numbers(number, state.handed_on, memory.next_out);
}

void Gateway::Impl::submit(Submission& one) {
  Live& session = *one.session;
  const bool at_end = store->state().requests.at(one.id).type == 'X';
  if (session.due_cancel == 0 &&
      venue.submit(session.state.account, std::move(one.body), {}, origin_of_fix | one.id)) {
    return;
  }
  if (at_end && session.due_cancel == 0) {
    session.due_cancel = one.id;
    return;
  }
  store->state().requests.erase(one.id);
  step.request_done(one.id);
  if (at_end) return;  // one is due already, and nothing was submitted behind it
  DeskOutput output;
  one.session->desk.on_busy(one.id, *directory.current(), clock.wall(), output);
  carry(*one.session, std::move(output));
}

/// Orders of a session that wanted them canceled must not stay only because the venue was busy.
void Gateway::Impl::retry_cancels() {
  for (const auto& [number, session] : lives) {
    const RequestId id = session->due_cancel;
    if (id == 0 || !venue.submit(session->state.account, all_of(*session), {}, origin_of_fix | id))
      continue;
    session->due_cancel = 0;
  }
}

void Gateway::Impl::release(Held& now_held) {
  for (Held::Part& part : now_held.parts) {
    const auto found = clients.find(part.client);
    if (found != clients.end()) found->second->let_go(part.wire, part.closes);
  }
  for (Submission& one : now_held.submissions) submit(one);
}

void Gateway::Impl::on_durable(std::uint64_t number) {
  held[number - first_held].durable = true;
  while (!held.empty() && held.front().durable) {
    Held ready = std::move(held.front());
    held.pop_front();
    ++first_held;
    release(ready);
  }
  commit();
}

// --- Gateway -------------------------------------------------------------------------------------

Gateway::Gateway(GatewayOptions options, Venue& venue, const Directory& directory, Login& login,
                 journal::FileSystem& files, const Clock& clock, log::Log& log)
    : impl_(
          std::make_unique<Impl>(std::move(options), venue, directory, login, files, clock, log)) {
  stream::ServerOptions server = std::move(impl_->options.server);
  server.name = "fix";
  server.open = [impl = impl_.get()](stream::Connection& connection) {
    auto client = std::make_unique<Client>(*impl, connection, ++impl->last_client);
    impl->clients[client->id()] = client.get();
    return client;
  };
  server.on_tick = [impl = impl_.get()] { impl->retry_cancels(); };
  impl_->server = std::make_unique<stream::Server>(std::move(server), clock);
}

Gateway::~Gateway() { impl_->server->stop(); }

Result<> Gateway::bind() { return impl_->server->bind(); }

void Gateway::take(http::Descriptor bound) { impl_->server->take(std::move(bound)); }

Result<> Gateway::open() { return impl_->open(); }

Result<> Gateway::start() {
  impl_->server->post([impl = impl_.get()] { impl->recover(); });
  MS_TRY_VOID(impl_->server->start());
  impl_->started = true;
  return {};
}

void Gateway::stop() { impl_->stop(); }

std::uint16_t Gateway::port() const { return impl_->server->port(); }

Result<> Gateway::health() const { return impl_->store->health(); }

Gateway::Stats Gateway::stats() const {
  Stats stats;
  stats.server = impl_->server->stats();
  stats.logged_on = impl_->logged_on.load(std::memory_order_relaxed);
  stats.messages_in = impl_->messages_in.load(std::memory_order_relaxed);
  stats.messages_out = impl_->messages_out.load(std::memory_order_relaxed);
  stats.garbled = impl_->garbled.load(std::memory_order_relaxed);
  stats.refused_logons = impl_->refused.load(std::memory_order_relaxed);
  return stats;
}

Sequence Gateway::heard_up_to() const { return impl_->heard_up_to; }

void Gateway::on_outcome(const Outcome& outcome) {
  const auto ours = [this](const Event& event) {
    return impl_->accounts.contains(event.account) || impl_->accounts.contains(event.other_account);
  };
  const bool asked = (outcome.command.origin & origin_of_fix) != 0;
  if (asked) impl_->accounts.insert(outcome.command.account);
  if (impl_->accounts.empty()) return;
  if (!asked && !std::ranges::any_of(outcome.events, ours)) return;
  impl_->facts.push_back({outcome.command, {outcome.events.begin(), outcome.events.end()}});
}

void Gateway::on_batch_end(const Views&) {
  Impl* const impl = impl_.get();
  if (impl->facts.empty()) return;
  impl->server->post([impl, facts = std::exchange(impl->facts, {})]() mutable {
    impl->on_facts(std::move(facts));
  });
}

bool Gateway::settle() {
  constexpr Seconds patience{5};
  const auto stored = std::make_shared<std::atomic<bool>>(false);
  auto told = std::make_shared<std::promise<void>>();
  auto done = told->get_future();
  // Behind the door's end the promise goes with what was posted, and that is the answer.
  impl_->server->post([impl = impl_.get(), stored, told = std::move(told)] {
    const auto on_stored = [stored, told] {
      *stored = true;
      told->set_value();
    };
    if (impl->store->commit({}, on_stored)) on_stored();
  });
  (void)done.wait_for(patience);
  return stored->load();
}

}  // namespace mainstay::exchange::fix
