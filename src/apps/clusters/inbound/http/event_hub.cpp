#include "apps/clusters/inbound/http/event_hub.hpp"

#include <algorithm>
#include <utility>

#include "apps/clusters/errc.hpp"
#include "apps/clusters/limits.hpp"
#include "base/text.hpp"
#include "platform/http/json_reply.hpp"

namespace mainstay::clusters {

std::string event_text(std::string_view name, std::uint64_t number, std::string_view json) {
  std::string text{"id: "};
  append_number(text, static_cast<std::int64_t>(number));
  text.append("\nevent: ").append(name).append("\ndata: ");
  // One line: JSON texts of ours have line ends only behind them.
  return text.append(trimmed(json)).append("\n\n");
}

std::shared_ptr<http::BodyStream> EventHub::listen(const http::Request& request,
                                                   http::Response& response, std::string key,
                                                   const Asker& asker) {
  const std::string owner = asker.may_everything ? std::string{} : asker.name;
  if (const auto room = make_room(owner); room.has_error()) {
    response.header("Retry-After", "5");
    http::refuse_problem(response, room.error());
    return nullptr;
  }
  response.header("Cache-Control", "no-store");
  const auto itself = std::make_shared<std::weak_ptr<http::BodyStream>>();
  http::BodyStreamOptions options;
  if (asker.is_still_admitted) {
    options.on_tick = [itself, is_still_admitted = asker.is_still_admitted] {
      if (is_still_admitted()) return;
      if (const auto stream = itself->lock()) stream->end();
    };
  }
  auto stream = http::BodyStream::begin(request, response, std::move(options));
  if (stream == nullptr) return nullptr;
  *itself = stream;
  auto state = state_.lock();
  state->listeners.push_back({std::move(key), owner, stream});
  return stream;
}

/// For one more of that account; those whose connections went make some.
Result<> EventHub::make_room(const std::string& owner) {
  auto state = state_.lock();
  std::erase_if(state->listeners, [](const Listener& one) { return !one.stream->is_open(); });
  if (state->is_closed || state->listeners.size() >= Limits::subscribers_max) {
    return Error{Errc::busy, "too many listen to events"};
  }
  const auto own = std::ranges::count(state->listeners, owner, &Listener::owner);
  if (owner.empty() || own < static_cast<std::ptrdiff_t>(Limits::subscribers_of_one_max)) return {};
  return Error{Errc::too_many_requests, "one account listens to at most " +
                                            std::to_string(Limits::subscribers_of_one_max) +
                                            " streams of events"};
}

void EventHub::publish(std::string_view key, std::string_view name, std::string_view json,
                       Then then) {
  std::vector<std::shared_ptr<http::BodyStream>> all;
  std::vector<std::shared_ptr<http::BodyStream>> last;
  std::uint64_t number = 0;
  {
    auto state = state_.lock();
    number = ++state->number;
    std::erase_if(state->listeners, [](const Listener& one) { return !one.stream->is_open(); });
    for (const Listener& one : state->listeners) {
      if (one.key != key && !one.key.empty()) continue;
      all.push_back(one.stream);
      if (then == Then::end && one.key == key && !key.empty()) last.push_back(one.stream);
    }
  }
  if (all.empty()) return;
  const std::string text = event_text(name, number, json);
  for (const auto& stream : all) (void)stream->send(text);
  for (const auto& stream : last) stream->end();
}

void EventHub::tell(http::BodyStream& stream, std::string_view name, std::string_view json) {
  std::uint64_t number = 0;
  {
    auto state = state_.lock();
    number = state->number;
  }
  (void)stream.send(event_text(name, number, json));
}

void EventHub::keep_alive() {
  std::vector<std::shared_ptr<http::BodyStream>> all;
  {
    auto state = state_.lock();
    for (const Listener& one : state->listeners) all.push_back(one.stream);
  }
  for (const auto& stream : all) (void)stream->send(": still here\n\n");
}

std::size_t EventHub::listeners() const {
  auto state = state_.lock();
  return static_cast<std::size_t>(std::ranges::count_if(
      state->listeners, [](const Listener& one) { return one.stream->is_open(); }));
}

void EventHub::close() {
  std::vector<Listener> all;
  {
    auto state = state_.lock();
    state->is_closed = true;
    all.swap(state->listeners);
  }
  for (const Listener& one : all) one.stream->end();
}

}  // namespace mainstay::clusters
