#include "platform/program/listeners.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <unistd.h>

#include "base/text.hpp"
#include "platform/core/platform.hpp"
#include "platform/program/errc.hpp"
#include "platform/program/product.hpp"

namespace mainstay {
namespace {

std::string literal_address(const std::string& address) {
  return address == "localhost" ? "127.0.0.1" : address;
}

/// A setting of the form address:port, the address in brackets when it is IPv6.
Result<http::Listener> parse_listener(const settings::Settings& settings, std::string_view key) {
  const std::string& text = settings.text(key);
  const std::size_t colon = text.rfind(':');
  const auto port = colon == std::string::npos ? std::nullopt : parse_u64(text.substr(colon + 1));
  if (!port || *port > 65535) {
    return Error{ApplicationErrc::setting, std::string{key} + " is address:port, not " + text};
  }
  http::Listener listener;
  listener.address = literal_address(text.substr(0, colon));
  listener.port = static_cast<std::uint16_t>(*port);
  if (listener.address.starts_with('[') && listener.address.ends_with(']')) {
    listener.address = listener.address.substr(1, listener.address.size() - 2);
  }
  return listener;
}

Error unsafe(const http::Listener& listener, std::string_view why) {
  return {ApplicationErrc::unsafe, ("listening on " + listener.address + " ").append(why)};
}

Result<> check_purpose(const settings::Settings& settings, const http::Listener& listener,
                       bool demo) {
  if (is_loopback(listener.address)) return {};
  if (demo) return unsafe(listener, "with --demo; use 127.0.0.1");
  if (settings.environment() == "test") {
    return unsafe(listener, "in the test environment, whose clients set the clock; use 127.0.0.1");
  }
  return {};
}

Result<> check_user(const settings::Settings& settings, const http::Listener& listener) {
  if (is_loopback(listener.address)) return {};
  if (::geteuid() == 0 && settings.text("process.user").empty()) {
    return unsafe(listener,
                  "as root; --user NAME gives root up once the ports are bound (--user root if it "
                  "must stay)");
  }
  return {};
}

}  // namespace

bool is_loopback(std::string_view address) {
  return address.starts_with("127.") || address == "::1";
}

http::Listener common_listener(const settings::Settings& settings) {
  http::Listener common;
  common.name = "http";
  common.address = literal_address(settings.text("http.address"));
  common.port = static_cast<std::uint16_t>(settings.integer("http.port"));
  return common;
}

Result<std::optional<http::Listener>> own_listener(const settings::Settings& settings,
                                                   std::string_view name,
                                                   std::string_view setting) {
  if (setting.empty() || settings.text(setting).empty()) return std::optional<http::Listener>{};
  MS_TRY(auto listener, parse_listener(settings, setting));
  listener.name = std::string{name};
  return std::optional{std::move(listener)};
}

std::optional<http::Descriptor> protocol_socket(const Platform& platform, std::string_view name) {
  if (platform.protocol_bindings == nullptr) return {};
  const auto& all = *platform.protocol_bindings;
  const auto found = std::ranges::find(all, name, &http::Binding::name);
  if (found == all.end()) return {};
  return http::duplicate(found->sockets.front());
}

Result<> check_process_safety(const settings::Settings& settings, const http::Listener& listener,
                              bool demo) {
  MS_TRY_VOID(check_purpose(settings, listener, demo));
  return check_user(settings, listener);
}

Result<> check_safety(const Product& product, const settings::Settings& settings,
                      const http::Listener& listener, bool demo) {
  if (is_loopback(listener.address)) return {};
  MS_TRY_VOID(check_purpose(settings, listener, demo));
  for (const auto& module : product.modules) {
    const std::string why = module->unsafe_beyond_loopback(settings);
    if (!why.empty()) return unsafe(listener, why);
  }
  return check_user(settings, listener);
}

}  // namespace mainstay
