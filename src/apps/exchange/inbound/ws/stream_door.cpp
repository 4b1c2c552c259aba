#include "apps/exchange/inbound/ws/stream_door.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "apps/exchange/inbound/http/api_errc.hpp"
#include "apps/exchange/inbound/http/parameters.hpp"
#include "apps/exchange/limits.hpp"

namespace mainstay::exchange {
namespace {

ws::Settings stream_settings(ws::Limits limits) {
  ws::Settings out;
  out.limits = limits;
  out.limits.message_bytes_max = Limits::stream_request_bytes_max;
  out.overflow = ws::Overflow::tell;
  return out;
}

std::string answer_text(std::string_view what, std::string_view said, std::string_view id) {
  std::string out = R"({")";
  return out.append(what).append(R"(":)").append(said).append(R"(,"id":)").append(id).append("}");
}

}  // namespace

/// What a connection listens to.
struct StreamDoor::Listening final : ws::Context {
  bool combined = false;
  std::shared_ptr<std::atomic<int>> unanswered = std::make_shared<std::atomic<int>>(0);
  std::vector<StreamName> first;  // until it is open
  std::set<std::string> names;
};

StreamDoor::StreamDoor(StreamHub& hub, const Directory& directory, const ListenKeys& keys,
                       const Clock& clock, ws::Limits limits)
    : ws::Endpoint(stream_settings(limits)),
      hub_(hub),
      directory_(directory),
      keys_(keys),
      clock_(clock) {}

void StreamDoor::register_routes(http::Router& router) {
  router.add(http::Method::get, "/exchange/ws",
             [this](const http::Request& request, http::Response& response) {
               enter(request, response, {}, false);
             });
  router.add(http::Method::get, "/exchange/ws/{stream}",
             [this](const http::Request& request, http::Response& response) {
               enter(request, response, request.params.text("stream"), false);
             });
  router.add(http::Method::get, "/exchange/stream",
             [this](const http::Request& request, http::Response& response) {
               Parameters parameters;
               const auto read = parameters.read(request.query, {});
               if (read.has_error()) return refuse(response, read.error());
               enter(request, response, parameters.text("streams"), true);
             });
}

void StreamDoor::enter(const http::Request& request, http::Response& response,
                       std::string_view names, bool combined) {
  auto listening = std::make_unique<Listening>();
  listening->combined = combined;
  if (!names.empty()) {
    for (const std::string_view text : split(names, '/')) {
      auto name = name_of(text);
      if (name.has_error()) return refuse(response, name.error());
      if (listening->first.size() == Limits::streams_per_connection_max) {
        return refuse(response, Error{ApiErrc::parameter_invalid, "Too many streams."});
      }
      listening->names.insert(name->text);
      listening->first.push_back(std::move(*name));
    }
  }
  ws::upgrade(request, response, *this, {.context = std::move(listening)});
}

Result<StreamName> StreamDoor::name_of(std::string_view text) const {
  const auto listings = directory_.current();
  if (auto name = parse_stream_name(text, *listings)) return std::move(*name);
  if (const auto account = keys_.account_of(text, clock_.wall())) {
    StreamName name;
    name.kind = StreamKind::user;
    name.account = *account;
    name.text = text;
    return name;
  }
  if (text.find('@') == std::string_view::npos) return ApiErrc::listen_key_unknown;
  return Error{ApiErrc::parameter_invalid,
               std::string{"There is no stream '"}.append(text.substr(0, 64)).append("'.")};
}

void StreamDoor::on_open(ws::Connection& connection) {
  ++connections_;
  auto& listening = connection.context_as<Listening>();
  if (listening.first.empty()) return;
  const bool taken =
      hub_.subscribe(connection.peer(), listening.combined, std::exchange(listening.first, {}));
  if (!taken) connection.close(ws::CloseCode::try_again_later, "too many wait");
}

void StreamDoor::on_message(ws::Connection& connection, std::string_view payload, ws::Kind kind) {
  if (kind != ws::Kind::text) {
    return connection.close(ws::CloseCode::unsupported_data, "requests are JSON text");
  }
  if (*connection.context_as<Listening>().unanswered >= Limits::stream_requests_max) {
    return connection.close(ws::CloseCode::policy_violation, "too many requests at once");
  }
  auto request = parse_stream_request(payload);
  std::string id = "null";
  Result<std::string> result{std::string{}};
  if (request.has_error()) {
    result = request.error();
  } else {
    id = request->id;
    result = carry_out(connection, *request);
  }
  if (result.has_value()) return answer(connection, answer_text("result", *result, id));
  std::string error;
  append_refusal(error, result.error());
  answer(connection, answer_text("error", error, id));
}

/// Behind the answers to the requests before, when what these want is so.
void StreamDoor::answer(ws::Connection& connection, std::string text) {
  auto& listening = connection.context_as<Listening>();
  ++*listening.unanswered;
  const bool taken =
      hub_.behind([&hub = hub_, peer = connection.peer(), unanswered = listening.unanswered,
                   text = std::move(text)] {  // the hub may outlive the door
        --*unanswered;
        hub.tell(peer, ws::Message::text(text));
      });
  if (!taken) connection.close(ws::CloseCode::try_again_later, "too many wait");
}

/// What is said of it, as JSON.
Result<std::string> StreamDoor::carry_out(ws::Connection& connection, StreamRequest& request) {
  auto& listening = connection.context_as<Listening>();
  if (request.method == StreamRequest::Method::list) {
    std::string names = "[";
    for (const std::string& name : listening.names) {
      if (names.back() != '[') names.push_back(',');
      append_json_quoted(names, name);
    }
    return names + "]";
  }
  bool taken = false;
  if (request.method == StreamRequest::Method::unsubscribe) {
    for (const std::string& name : request.params) listening.names.erase(name);
    taken = hub_.unsubscribe(connection.peer(), request.params);
  } else {
    std::vector<StreamName> names;
    for (const std::string& text : request.params) {
      MS_TRY(auto name, name_of(text));
      names.push_back(std::move(name));
    }
    if (listening.names.size() + names.size() > Limits::streams_per_connection_max) {
      return Error{ApiErrc::parameter_invalid, "Too many streams."};
    }
    for (const StreamName& name : names) listening.names.insert(name.text);
    taken = hub_.subscribe(connection.peer(), listening.combined, std::move(names));
  }
  if (!taken) connection.close(ws::CloseCode::try_again_later, "too many wait");
  return std::string{"null"};
}

void StreamDoor::on_close(ws::Connection& connection, const ws::Closed&) {
  --connections_;
  auto& listening = connection.context_as<Listening>();
  if (listening.names.empty()) return;
  std::vector<std::string> names(listening.names.begin(), listening.names.end());
  // When too much waits the hub finds out within a minute.
  (void)hub_.unsubscribe(connection.peer(), std::move(names));
}

}  // namespace mainstay::exchange
