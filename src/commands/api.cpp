#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "commands/pid_file.hpp"
#include "commands/scratch.hpp"
#include "commands/standard.hpp"
#include "platform/http/client.hpp"
#include "platform/json/json.hpp"
#include "platform/program/application.hpp"
#include "platform/program/listeners.hpp"
#include "platform/secrets/settings.hpp"
#include "platform/settings/references.hpp"

namespace mainstay::commands {
namespace {

constexpr std::size_t body_bytes_max = 64U << 20U;
constexpr Millis call_deadline{60'000};
constexpr std::array<std::pair<std::string_view, http::Method>, 7> methods{{
    {"GET", http::Method::get},
    {"HEAD", http::Method::head},
    {"POST", http::Method::post},
    {"PUT", http::Method::put},
    {"DELETE", http::Method::delete_},
    {"PATCH", http::Method::patch},
    {"OPTIONS", http::Method::options},
}};

Error usage(std::string text) { return Error{settings::Errc::bad_value, std::move(text)}; }

Result<std::string> read_body(const std::string& given) {
  if (!given.starts_with('@')) return given;
  const std::string path = given == "@-" ? "/dev/stdin" : given.substr(1);
  std::ifstream file{path, std::ios::binary};
  std::string body{std::istreambuf_iterator<char>{file}, {}};
  if (file.bad() || !file.is_open()) return usage("-d: " + path + " cannot be read");
  return body;
}

/// What a setting of that name says; nothing when there is none.
std::optional<std::string> setting(const Call& call, const std::string& key) {
  const auto all = call.settings->explain();
  if (std::ranges::none_of(all, [&](const auto& one) { return one.key == key; })) return {};
  return call.settings->text(key);
}

/// Credentials come from settings and references, so that none is on a command line.
Result<> add_credentials(const Call& call, http::ClientRequest& request) {
  if (const std::string& prefix = call.text("--basic"); !prefix.empty()) {
    const auto user = setting(call, prefix + "_user");
    const auto password = setting(call, prefix + "_password");
    if (!user || !password) {
      return usage("--basic: there are no settings " + prefix + "_user and " + prefix +
                   "_password");
    }
    request.headers.emplace_back("Authorization",
                                 "Basic " + base64_encode(*user + ":" + *password));
  }
  if (const std::string& place = call.text("--bearer"); !place.empty()) {
    if (!settings::is_reference(place)) {
      return usage("--bearer takes a reference such as env:TOKEN or file:PATH, not the token");
    }
    secrets::Machine machine{*call.settings};
    auto token = machine.resolver().read(place);
    if (token.has_error()) return usage("--bearer " + place + ": " + token.error().detail());
    request.headers.emplace_back("Authorization", "Bearer " + *token);
  }
  return {};
}

Result<http::ClientRequest> make_request(const Call& call) {
  const auto& words = call.rest("request");
  if (words.empty() || words.size() > 2 || !words.back().starts_with('/')) {
    return usage("say METHOD /path, for example: api GET /readiness");
  }
  http::ClientRequest request;
  if (words.size() == 2) {
    const auto known = std::ranges::find_if(
        methods, [&](const auto& one) { return equals_ignoring_case(one.first, words.front()); });
    if (known == methods.end()) return usage(words.front() + " is no method");
    request.method = known->second;
  } else if (call.has("--body")) {
    request.method = http::Method::post;
  }
  request.url = words.back();
  request.trust = http::Trust::operator_address;
  request.deadline = call_deadline;
  request.response_bytes_max = body_bytes_max;
  MS_TRY(request.body, read_body(call.text("--body")));
  if (!request.body.empty()) {
    const std::string& type = call.text("--type");
    request.content_type = type.empty() ? "application/json" : type;
  }
  MS_TRY_VOID(add_credentials(call, request));
  return request;
}

Result<http::ClientResponse> send(http::ClientRequest request, const std::string& ca_file) {
  http::ClientOptions options;
  options.ca_file = ca_file;
  http::Client client{options};
  auto response = http::send_and_wait(client, std::move(request));
  client.stop();
  return response;
}

/// Where the running server of these settings listens; nothing when none runs.
std::optional<std::string> running_server(const Call& call) {
  if (!running_process(pid_file_path(call))) return {};
  const http::Listener listener = common_listener(*call.settings);
  const bool is_ipv6 = listener.address.find(':') != std::string::npos;
  std::string host = is_ipv6 ? "[" + listener.address + "]" : listener.address;
  if (listener.address == "0.0.0.0") host = "127.0.0.1";
  if (listener.address == "::") host = "[::1]";
  const bool is_plain = call.settings->text("http.tls_certificate").empty();
  return (is_plain ? "http://" : "https://") + host + ":" + std::to_string(listener.port);
}

/// From a server of our own that lives as long as the request, with every route on one port.
Result<http::ClientResponse> answer_here(const Call& call, http::ClientRequest request) {
  Call own = call;
  make_private(own.sources.flags);
  own.sources.flags["http.admin_listen"] = "";
  for (const auto& one : call.settings->explain()) {
    if (one.key.ends_with(".listen")) own.sources.flags[one.key] = "";
  }
  MS_TRY(const auto settings, load_settings(own, settings::Which::all));
  Application application{call.product, settings, {}};
  MS_TRY_VOID(application.bind());
  MS_TRY_VOID(application.start());
  request.url = application.addresses().front() + request.url;
  auto response = send(std::move(request), "");
  application.stop();
  return response;
}

void print(const Call& call, const http::ClientResponse& response) {
  if (call.has("--include")) {
    std::printf("%d\n", response.status);
    for (const auto& [name, value] : response.headers) {
      std::printf("%s: %s\n", name.c_str(), value.c_str());
    }
    std::printf("\n");
  }
  const auto parsed = json::parse(response.body);
  const bool is_document = parsed.has_value() && !call.has("--raw") &&
                           (parsed->if_object() != nullptr || parsed->if_array() != nullptr);
  const std::string text = is_document ? json::dump_pretty(*parsed) + "\n" : response.body;
  std::fwrite(text.data(), 1, text.size(), stdout);
}

int request_one(const Call& call) {
  auto request = make_request(call);
  if (request.has_error()) return call.fail(request.error().detail(), exit_usage);
  const auto base = call.has("--url") ? std::optional{call.text("--url")} : running_server(call);
  Result<http::ClientResponse> response = http::ClientResponse{};
  if (base) {
    request->url = *base + request->url;
    response = send(*std::move(request), call.settings->text("http.tls_certificate"));
  } else {
    call.say("no server of these settings runs: this process answers itself");
    response = answer_here(call, *std::move(request));
  }
  if (response.has_error()) return call.fail(response.error());
  print(call, *response);
  if (response->status < 400) return exit_ok;
  return call.fail("the answer was " + std::to_string(response->status));
}

}  // namespace

std::vector<Command> api_commands() {
  return {{.name = "api",
           .help = "send one request to the running server, or answer it in this process when none "
                   "runs; exit status 1 for answers of 400 and more",
           .arguments = {text("-d,--body", "the body; @FILE reads one, @- standard input"),
                         text("--type", "its content type (default application/json)"),
                         text("--basic",
                              "credentials from the settings NAME_user and NAME_password, for "
                              "example apps.apim.internal"),
                         text("--bearer",
                              "a token's reference: env:NAME, file:PATH, age:FILE#NAME ..."),
                         text("--url", "another server, for example http://127.0.0.1:3001"),
                         flag("--include", "print status and headers too"),
                         flag("--raw", "leave JSON as it came"), rest("request", "[METHOD] /path")},
           .run = request_one}};
}

}  // namespace mainstay::commands
