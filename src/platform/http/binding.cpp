#include "platform/http/binding.hpp"

#include <algorithm>
#include <utility>

#include "platform/http/server.hpp"

namespace mainstay::http {

Result<Binding> bind_listener(const Listener& listener, std::size_t queues) {
  Binding binding;
  binding.name = listener.name;
  binding.address = listener.address;
  binding.port = listener.port;
  // A shared socket would join another server of this user instead of failing.
  if (listener.port != 0) MS_TRY_VOID(probe(listener.address, listener.port));
  for (std::size_t i = 0; i < queues; ++i) {
    MS_TRY(auto socket, bind_to(listener.address, binding.port, Sharing::shared));
    binding.port = bound_port(socket);
    binding.sockets.push_back(std::move(socket));
  }
  return binding;
}

std::optional<Binding> take_binding(std::vector<Binding>& from, const Listener& listener) {
  const auto serves = [&](const Binding& one) {
    if (one.address != listener.address) return false;
    return listener.port == 0 ? one.name == listener.name : one.port == listener.port;
  };
  const auto found = std::ranges::find_if(from, serves);
  if (found == from.end()) return {};
  std::optional<Binding> taken{std::move(*found)};
  from.erase(found);
  taken->name = listener.name;
  return taken;
}

}  // namespace mainstay::http
