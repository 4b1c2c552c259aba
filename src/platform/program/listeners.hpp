#pragma once

#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "platform/http/server.hpp"
#include "platform/settings/settings.hpp"

namespace mainstay {

struct Platform;
struct Product;

bool is_loopback(std::string_view address);
/// Of http.address and http.port.
http::Listener common_listener(const settings::Settings& settings);
/// Of a setting of the form address:port, the address in brackets when it is IPv6; nothing when it
/// is empty, or there is none.
Result<std::optional<http::Listener>> own_listener(const settings::Settings& settings,
                                                   std::string_view name, std::string_view setting);

/// A descriptor of one's own of the socket behind one of Module::protocol_listeners(): bound, and
/// after a restart listening already. The program has another, which keeps the queue of clients for
/// its successor: whoever serves it may close its own at any time, and has to take it out of an
/// epoll itself. Nothing where the settings give it none, or nothing was bound (`mainstay routes`).
std::optional<http::Descriptor> protocol_socket(const Platform& platform, std::string_view name);

/// Beyond loopback nothing may be reachable that is meant for development, or that root serves.
Result<> check_process_safety(const settings::Settings& settings, const http::Listener& listener,
                              bool demo);
/// The same, and nothing that has no credentials.
Result<> check_safety(const Product& product, const settings::Settings& settings,
                      const http::Listener& listener, bool demo);

}  // namespace mainstay
