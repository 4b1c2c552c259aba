#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "platform/http/listening_socket.hpp"

namespace mainstay::http {

/// A listener's bound sockets. Each is a queue of its own of connections that the kernel has
/// accepted for us, and the kernel shares new ones out among them. Whatever lies in a queue is
/// reset when its last descriptor is closed, and a handshake that has begun is lost when the group
/// of queues changes: so a set is made once, lives as long as somebody serves the address, and
/// passes whole from a program to its successor.
struct Binding {
  std::string name;        // the listener's
  std::string address;     // as it was asked for
  std::uint16_t port = 0;  // the one bound, when any was asked for
  std::vector<Descriptor> sockets;
};

struct Listener;

/// Binds `queues` sockets (SO_REUSEPORT), not yet listening, so that root may be given up between
/// binding and serving. Refused when somebody else listens there. Errors: ServerErrc.
Result<Binding> bind_listener(const Listener& listener, std::size_t queues);

/// Takes the one that serves this listener's address out of `from`. A listener that wants any port
/// is content with the one that a listener of its name has.
std::optional<Binding> take_binding(std::vector<Binding>& from, const Listener& listener);

}  // namespace mainstay::http
