#include "platform/store/postgres_selects.hpp"

#include <chrono>
#include <deque>
#include <optional>
#include <pthread.h>
#include <thread>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/check.hpp"
#include "base/locked.hpp"
#include "platform/store/backoff.hpp"
#include "platform/store/postgres_protocol.hpp"

namespace mainstay::store {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t batch_max = 32;       // selects behind one Sync: both sides work at once
constexpr std::size_t in_flight_max = 512;  // more wait their turn: answers keep coming
constexpr Millis grace{5'000};              // beyond the server's own statement timeout
constexpr Seconds sweep_every{1};

struct Request {
  std::string sql;
  std::unique_ptr<std::vector<Value>> values;  // params points into it
  std::unique_ptr<PostgresParams> params;
  Store::Selected done;
  SteadyTime sent_at{};
  PgResult result = {};  // the first failure, else the rows
  int answers_left = 0;  // of its commands: prepare and execute
  bool prepares = false;
  bool aborted = false;
  int retries = 0;
};

enum class Link : std::uint8_t { up, connecting, pausing };

}  // namespace

/// All but `inbox` and `link_error` is the thread's alone.
struct PostgresSelects::Impl {
  using Descriptor = asio::posix::basic_stream_descriptor<asio::io_context::executor_type>;
  using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                           asio::wait_traits<std::chrono::steady_clock>,
                                           asio::io_context::executor_type>;

  struct Inbox {
    std::vector<Request> requests;
    std::size_t waiting = 0;  // everywhere
    bool woken = false;
    bool stopped = false;
    std::optional<Error> lost;
  };

  Impl(const PostgresAddress& at, Options wanted)
      : address(at),
        options(wanted),
        backoff(wanted.reconnect_min, wanted.reconnect_max, wanted.seed) {}

  void select(std::string sql, std::vector<Value> values, Store::Selected done);
  std::optional<Error> accept(Request& request);
  void take_inbox();
  void pump();
  void send_batch();
  bool send(Request& request);
  void flush();
  void wait_readable();
  void on_readable();
  void read_answers();
  void on_answer(PgResult result);
  void on_command_end();
  void on_sync();
  void finish(Request request, Result<std::vector<Row>> outcome);
  void answer(Request request);
  bool prepared_anew(Request& request);
  void lose(const Error& error);
  void fail_all(const Error& error);
  void attach();
  void detach();
  void pause();
  void connect();
  void wait_connecting(Descriptor::wait_type what);
  void on_connecting();
  void on_not_connected();
  void on_connected();
  void sweep();
  void end_if_idle();

  const PostgresAddress& address;
  const Options options;
  Locked<Inbox> inbox;

  asio::io_context io{1};
  Descriptor socket{io};
  Timer pause_timer{io};
  Timer sweep_timer{io};
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> open_for_work{
      asio::make_work_guard(io)};
  PgConnection connection;
  PreparedNames names;
  Backoff backoff;
  Link link = Link::up;
  SteadyTime connect_until{};
  std::uint64_t generation = 0;  // of the descriptor: a late wait's completion means nothing
  bool waits_for_room = false;
  bool stopping = false;
  std::deque<Request> ready;      // to be sent
  std::deque<Request> in_flight;  // sent; answered in order
  std::size_t syncs = 0;          // sent and unanswered
  std::vector<Request> again;     // taken down by another's failure
  std::thread thread;
};

Result<std::unique_ptr<PostgresSelects>> PostgresSelects::open(const PostgresAddress& address,
                                                               Options options) {
  auto impl = std::make_unique<Impl>(address, options);
  const auto parameters = address.parameters(true);
  impl->connection.reset(
      PQconnectdbParams(parameters.keywords.data(), parameters.values.data(), 0));
  if (PQstatus(impl->connection.get()) != CONNECTION_OK) {
    return connect_error(impl->connection.get(), address);
  }
  MS_TRY_VOID(accept_connection(impl->connection.get(), address));
  impl->attach();
  impl->wait_readable();
  impl->sweep();
  impl->thread = std::thread{[raw = impl.get()] {
    ::pthread_setname_np(::pthread_self(), "select");
    raw->io.run();
  }};
  std::unique_ptr<PostgresSelects> out{new PostgresSelects{std::move(impl)}};  // _ptr<: private
  return out;
}

PostgresSelects::PostgresSelects(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PostgresSelects::~PostgresSelects() { stop(); }

void PostgresSelects::select(std::string sql, std::vector<Value> params, Store::Selected done) {
  impl_->select(std::move(sql), std::move(params), std::move(done));
}

Result<> PostgresSelects::health() {
  auto inbox = impl_->inbox.lock();
  if (inbox->lost) return *inbox->lost;
  return {};
}

void PostgresSelects::stop() {
  MS_CHECK(std::this_thread::get_id() != impl_->thread.get_id());
  {
    auto inbox = impl_->inbox.lock();
    inbox->stopped = true;
  }
  if (!impl_->thread.joinable()) return;
  asio::post(impl_->io, [impl = impl_.get()] {
    impl->stopping = true;
    impl->take_inbox();
    impl->end_if_idle();
  });
  impl_->thread.join();
}

void PostgresSelects::Impl::select(std::string sql, std::vector<Value> values,
                                   Store::Selected done) {
  Request request;
  request.done = std::move(done);
  if (auto fits = check_statement(sql, values.size(), address); fits.has_error()) {
    return request.done(std::move(fits).error());
  }
  request.sql = std::move(sql);
  request.values = std::make_unique<std::vector<Value>>(std::move(values));
  request.params = std::make_unique<PostgresParams>(*request.values);
  if (auto refusal = accept(request)) request.done(std::move(*refusal));
}

std::optional<Error> PostgresSelects::Impl::accept(Request& request) {
  auto box = inbox.lock();
  if (box->stopped) return Error{Errc::stopped, address.shown()};
  if (box->lost) return *box->lost;
  if (box->waiting >= options.waiting_max) {
    return Error{Errc::busy, address.shown() + ": too many selects are waiting"};
  }
  ++box->waiting;
  box->requests.push_back(std::move(request));
  if (!std::exchange(box->woken, true)) asio::post(io, [this] { take_inbox(); });
  return std::nullopt;
}

void PostgresSelects::Impl::take_inbox() {
  std::vector<Request> taken;
  {
    auto box = inbox.lock();
    taken.swap(box->requests);
    box->woken = false;
  }
  for (Request& one : taken) ready.push_back(std::move(one));
  pump();
}

/// Sends what may be sent.
void PostgresSelects::Impl::pump() {
  if (link != Link::up) return fail_all(Error{Errc::io, address.shown() + ": not connected"});
  while (!ready.empty() && in_flight.size() < in_flight_max && link == Link::up) send_batch();
}

void PostgresSelects::Impl::send_batch() {
  std::size_t count = 0;
  bool sent = true;
  const SteadyTime now = std::chrono::steady_clock::now();
  while (!ready.empty() && count < batch_max) {
    in_flight.push_back(std::move(ready.front()));
    ready.pop_front();
    in_flight.back().sent_at = now;
    ++count;
    sent = sent && send(in_flight.back());
  }
  ++syncs;
  if (!sent || PQpipelineSync(connection.get()) != 1) {
    return lose(connection_error(connection.get(), address, Errc::io, "cannot send"));
  }
  flush();
}

bool PostgresSelects::Impl::send(Request& request) {
  const PostgresParams& params = *request.params;
  PGconn* const to = connection.get();
  const auto name = names.name_of(request.sql, params);
  request.prepares = name.is_new;
  request.aborted = false;
  request.answers_left = name.is_new ? 2 : 1;
  if (name.text.empty()) {
    return PQsendQueryParams(to, request.sql.c_str(), params.size(), params.types(),
                             params.values(), params.lengths(), params.formats(), 0) == 1;
  }
  if (name.is_new && PQsendPrepare(to, name.text.c_str(), request.sql.c_str(), params.size(),
                                   params.types()) != 1) {
    return false;
  }
  return PQsendQueryPrepared(to, name.text.c_str(), params.size(), params.values(),
                             params.lengths(), params.formats(), 0) == 1;
}

void PostgresSelects::Impl::flush() {
  const int unsent = PQflush(connection.get());
  if (unsent < 0) {
    return lose(connection_error(connection.get(), address, Errc::io, "cannot send"));
  }
  if (unsent == 0 || std::exchange(waits_for_room, true)) return;
  socket.async_wait(Descriptor::wait_write, [this, mine = generation](const error_code& failure) {
    if (mine != generation || failure) return;
    waits_for_room = false;
    flush();
  });
}

void PostgresSelects::Impl::wait_readable() {
  socket.async_wait(Descriptor::wait_read, [this, mine = generation](const error_code& failure) {
    if (mine == generation && !failure) on_readable();
  });
}

void PostgresSelects::Impl::on_readable() {
  const std::uint64_t mine = generation;
  const bool alive = PQconsumeInput(connection.get()) == 1;
  read_answers();
  if (mine != generation) return;  // lost on the way
  if (!alive || PQstatus(connection.get()) != CONNECTION_OK) {
    return lose(connection_error(connection.get(), address, Errc::io, "the connection was lost"));
  }
  take_inbox();  // what arrived meanwhile goes with the next Sync
  if (mine != generation) return;
  wait_readable();
  end_if_idle();
}

void PostgresSelects::Impl::read_answers() {
  const std::uint64_t mine = generation;
  while (mine == generation && syncs > 0 && PQisBusy(connection.get()) == 0) {
    PgResult result{PQgetResult(connection.get())};
    if (result == nullptr && in_flight.empty()) return;  // the connection has ended
    if (result == nullptr) {
      on_command_end();
    } else if (PQresultStatus(result.get()) == PGRES_PIPELINE_SYNC) {
      on_sync();
    } else {
      on_answer(std::move(result));
    }
  }
}

void PostgresSelects::Impl::on_answer(PgResult result) {
  if (in_flight.empty()) return;  // the server's last words before it closes
  Request& request = in_flight.front();
  const ExecStatusType status = PQresultStatus(result.get());
  if (status == PGRES_PIPELINE_ABORTED) {
    if (request.result == nullptr || !check(request.result.get(), address, {}).has_error()) {
      request.aborted = true;
    }
    return;
  }
  const bool failed_before =
      request.result != nullptr && check(request.result.get(), address, {}).has_error();
  if (failed_before) return;
  // Prepared from now on, whatever its execution gives.
  if (request.answers_left == 2 && status == PGRES_COMMAND_OK) request.prepares = false;
  request.result = std::move(result);
}

void PostgresSelects::Impl::on_command_end() {
  if (in_flight.empty() || --in_flight.front().answers_left > 0) return;
  Request request = std::move(in_flight.front());
  in_flight.pop_front();
  if (request.aborted || prepared_anew(request)) {
    if (request.prepares) names.forget(request.sql, *request.params);
    request.result.reset();
    again.push_back(std::move(request));
  } else {
    answer(std::move(request));
  }
}

/// Its plan was stale, or went down with the batch that prepared it: the statement goes again.
bool PostgresSelects::Impl::prepared_anew(Request& request) {
  constexpr int retries_max = 3;
  if (request.retries >= retries_max || request.result == nullptr) return false;
  if (!check(request.result.get(), address, {}).has_error()) return false;
  if (!is_stale_plan(request.result.get())) return false;
  names.forget(request.sql, *request.params);
  ++request.retries;
  return true;
}

void PostgresSelects::Impl::on_sync() {
  --syncs;
  for (auto one = again.rbegin(); one != again.rend(); ++one) ready.push_front(std::move(*one));
  again.clear();
}

void PostgresSelects::Impl::answer(Request request) {
  const PGresult* const result = request.result.get();
  Result<> outcome = result == nullptr ? Result<>{Error{Errc::io, address.shown() + ": no answer"}}
                                       : check(result, address, request.sql);
  if (outcome.has_error()) {
    if (request.prepares) names.forget(request.sql, *request.params);
    return finish(std::move(request), std::move(outcome).error());
  }
  const int count = PQntuples(result);
  if (static_cast<std::size_t>(count) > Store::select_rows_max) {
    Error error = too_many_rows(request.sql);
    return finish(std::move(request), std::move(error));
  }
  std::vector<Row> rows(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) read_row(result, i, rows[static_cast<std::size_t>(i)]);
  finish(std::move(request), std::move(rows));
}

void PostgresSelects::Impl::finish(Request request, Result<std::vector<Row>> outcome) {
  {
    auto box = inbox.lock();
    --box->waiting;
  }
  request.done(std::move(outcome));
}

/// Everything that waits fails, and the connection is made again.
void PostgresSelects::Impl::lose(const Error& error) {
  {
    auto box = inbox.lock();
    box->lost = error;
  }
  detach();
  connection.reset();
  names.clear();
  syncs = 0;
  if (std::exchange(link, Link::pausing) == Link::up) pause();
  fail_all(error);
  end_if_idle();
}

void PostgresSelects::Impl::fail_all(const Error& error) {
  std::vector<Request> failed;
  for (auto* const queue : {&in_flight, &ready}) {
    for (Request& one : *queue) failed.push_back(std::move(one));
    queue->clear();
  }
  for (Request& one : again) failed.push_back(std::move(one));
  again.clear();
  {
    auto box = inbox.lock();
    for (Request& one : box->requests) failed.push_back(std::move(one));
    box->requests.clear();
  }
  for (Request& one : failed) finish(std::move(one), error);
}

/// Asio watches libpq's socket, whose owner libpq stays.
void PostgresSelects::Impl::attach() {
  error_code ignored;
  socket.assign(PQsocket(connection.get()), ignored);
  ++generation;
  waits_for_room = false;
}

void PostgresSelects::Impl::detach() {
  ++generation;
  if (socket.is_open()) socket.release();
}

void PostgresSelects::Impl::pause() {
  link = Link::pausing;
  if (stopping) return;
  pause_timer.expires_after(backoff.after_failure());
  pause_timer.async_wait([this](const error_code& failure) {
    if (!failure && !stopping) connect();
  });
}

void PostgresSelects::Impl::connect() {
  const auto parameters = address.parameters(true);
  link = Link::connecting;
  connect_until = std::chrono::steady_clock::now() + address.timeouts().connect;
  connection.reset(PQconnectStartParams(parameters.keywords.data(), parameters.values.data(), 0));
  if (PQstatus(connection.get()) == CONNECTION_BAD) return on_not_connected();
  wait_connecting(Descriptor::wait_write);
}

void PostgresSelects::Impl::wait_connecting(Descriptor::wait_type what) {
  attach();
  socket.async_wait(what, [this, mine = generation](const error_code& failure) {
    if (mine == generation && !failure) on_connecting();
  });
}

void PostgresSelects::Impl::on_not_connected() {
  {
    auto box = inbox.lock();
    box->lost = connect_error(connection.get(), address);
  }
  connection.reset();
  pause();
}

/// The socket may be another one after each step: libpq goes from address to address.
void PostgresSelects::Impl::on_connecting() {
  detach();
  switch (PQconnectPoll(connection.get())) {
    case PGRES_POLLING_OK:
      return on_connected();
    case PGRES_POLLING_READING:
      return wait_connecting(Descriptor::wait_read);
    case PGRES_POLLING_WRITING:
      return wait_connecting(Descriptor::wait_write);
    default:
      return on_not_connected();
  }
}

void PostgresSelects::Impl::on_connected() {
  if (auto accepted = accept_connection(connection.get(), address); accepted.has_error()) {
    {
      auto box = inbox.lock();
      box->lost = std::move(accepted).error();
    }
    connection.reset();
    return pause();
  }
  link = Link::up;
  backoff.after_success();
  attach();
  wait_readable();
  auto box = inbox.lock();
  box->lost.reset();
}

/// Ends what takes longer than the server allows: then it is not there.
void PostgresSelects::Impl::sweep() {
  const SteadyTime now = std::chrono::steady_clock::now();
  if (link == Link::up && !in_flight.empty() &&
      now - in_flight.front().sent_at > address.timeouts().statement + grace) {
    lose(Error{Errc::io, address.shown() + ": the server does not answer"});
  }
  if (link == Link::connecting && now > connect_until) {
    detach();
    connection.reset();
    pause();
  }
  sweep_timer.expires_after(sweep_every);
  sweep_timer.async_wait([this](const error_code& failure) {
    if (!failure && open_for_work) sweep();
  });
}

/// stop() was called and nothing waits: the thread ends.
void PostgresSelects::Impl::end_if_idle() {
  if (!stopping || !in_flight.empty() || !ready.empty()) return;
  detach();
  connection.reset();
  link = Link::pausing;
  pause_timer.cancel();
  sweep_timer.cancel();
  open_for_work.reset();
}

}  // namespace mainstay::store
