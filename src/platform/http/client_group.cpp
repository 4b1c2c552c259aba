#include "platform/http/client_group.hpp"

#include <arpa/inet.h>
#include <cstring>

namespace mainstay::http {

std::string client_group(std::string_view address) {
  constexpr std::size_t network_bytes = 8;
  const std::string text{address};
  unsigned char bytes[16];
  if (::inet_pton(AF_INET6, text.c_str(), bytes) != 1) return text;
  constexpr unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (std::memcmp(bytes, mapped, sizeof mapped) == 0) {
    char out[INET_ADDRSTRLEN];
    return ::inet_ntop(AF_INET, bytes + sizeof mapped, out, sizeof out);
  }
  return {reinterpret_cast<const char*>(bytes), network_bytes};
}

}  // namespace mainstay::http
