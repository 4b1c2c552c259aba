#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"

namespace mainstay::http {

/// An owned file descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor() { reset(); }

  [[nodiscard]] int get() const { return fd_; }
  int release();
  void reset();

 private:
  int fd_ = -1;
};

/// Whether several listening sockets may share the port (one an I/O thread).
enum class Sharing : std::uint8_t { alone, shared };

/// Binds, non-blocking; nobody can connect before start_listening(). Errors: ServerErrc.
Result<Descriptor> bind_to(const std::string& address, std::uint16_t port, Sharing sharing);
Result<> start_listening(const Descriptor& socket);
/// Fails when anybody listens there already, which a shared socket of the same user would not
/// notice, and when this process may not bind there.
Result<> probe(const std::string& address, std::uint16_t port);

/// Another descriptor of the same socket. Invalid when there are none left.
Descriptor duplicate(const Descriptor& of);

struct Accepted {
  Descriptor socket;      // non-blocking, without delay; invalid: nobody waits, or one has gone
  std::string peer;       // address without port; IPv4 as such also on an IPv6 socket
  bool shortage = false;  // of descriptors or memory: whoever waits would wake us up without end
};
/// The next one who waits; those who have gone meanwhile are passed over.
Accepted accept_from(int listening);

std::uint16_t bound_port(const Descriptor& socket);

}  // namespace mainstay::http
