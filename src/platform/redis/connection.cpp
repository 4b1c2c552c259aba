#include "platform/redis/connection.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <netdb.h>
#include <optional>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

#include "base/text.hpp"

namespace mainstay::redis {
namespace {

/// Commands that are under way at once: what a server holds for us stays small.
constexpr std::size_t commands_in_flight_max = 1'000;

Error invalid(std::string_view why) {
  return Error{Errc::url_invalid,
               std::string{why}.append("; it is redis://[USER@]HOST[:PORT][/DATABASE] or "
                                       "unix:///PATH[?db=DATABASE]")};
}

std::string system_text(int code) { return std::strerror(code); }

class Socket {
 public:
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~Socket() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  [[nodiscard]] int get() const { return descriptor_; }

 private:
  int descriptor_;
};

Result<> wait_for(const Socket& socket, short events, Millis deadline) {
  pollfd one{.fd = socket.get(), .events = events, .revents = 0};
  for (;;) {
    const int ready = ::poll(&one, 1, static_cast<int>(deadline.count()));
    if (ready > 0) return {};
    if (ready == 0) return Errc::timed_out;
    if (errno != EINTR) return Error{Errc::unreachable, system_text(errno)};
  }
}

Result<Socket> connect_to(int family, const sockaddr* address, socklen_t size, Millis deadline) {
  Socket socket{::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (socket.get() < 0) return Error{Errc::unreachable, system_text(errno)};
  if (::connect(socket.get(), address, size) == 0) return socket;
  if (errno != EINPROGRESS) return Error{Errc::unreachable, system_text(errno)};
  MS_TRY_VOID(wait_for(socket, POLLOUT, deadline));
  int failure = 0;
  socklen_t length = sizeof failure;
  ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &failure, &length);
  if (failure != 0) return Error{Errc::unreachable, system_text(failure)};
  return socket;
}

Result<Socket> connect_unix(const std::string& path, Millis deadline) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    return Error{Errc::unreachable, "the path is too long"};
  path.copy(address.sun_path, path.size());
  return connect_to(AF_UNIX, reinterpret_cast<const sockaddr*>(&address), sizeof address, deadline);
}

Result<Socket> connect_host(const Address& to, Millis deadline) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int failure =
      ::getaddrinfo(to.host.c_str(), std::to_string(to.port).c_str(), &hints, &found);
  if (failure != 0) return Error{Errc::unreachable, to.host + ": " + ::gai_strerror(failure)};
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> all{found, &::freeaddrinfo};
  Result<Socket> socket = Error{Errc::unreachable, to.host};
  for (const addrinfo* one = found; one != nullptr && socket.has_error(); one = one->ai_next) {
    socket = connect_to(one->ai_family, one->ai_addr, one->ai_addrlen, deadline);
  }
  return socket;
}

Result<int> parse_database(std::string_view text) {
  const auto number = parse_u64(text);
  if (!number || *number > 1'000'000) return invalid("the database is a number");
  return static_cast<int>(*number);
}

}  // namespace

Result<Address> parse_address(std::string_view url) {
  constexpr std::string_view tcp = "redis://";
  constexpr std::string_view local = "unix://";
  Address address;
  if (url.starts_with(local)) {
    url.remove_prefix(local.size());
    const std::size_t query = url.find('?');
    address.unix_path = url.substr(0, query);
    if (!address.unix_path.starts_with('/')) return invalid("the path begins with a slash");
    if (query == std::string_view::npos) return address;
    url.remove_prefix(query + 1);
    if (!url.starts_with("db=")) return invalid("db=NUMBER alone may follow the path");
    MS_TRY(address.database, parse_database(url.substr(3)));
    return address;
  }
  if (!url.starts_with(tcp)) return invalid("unknown scheme");
  url.remove_prefix(tcp.size());
  if (const std::size_t at = url.rfind('@'); at != std::string_view::npos) {
    const std::string_view user = url.substr(0, at);
    // Its text is not repeated, for it may hold the password.
    if (user.find(':') != std::string_view::npos) {
      return invalid("a password does not belong into a command line");
    }
    address.user = user;
    url.remove_prefix(at + 1);
  }
  if (const std::size_t slash = url.find('/'); slash != std::string_view::npos) {
    const std::string_view database = url.substr(slash + 1);
    if (!database.empty()) {
      MS_TRY(address.database, parse_database(database));
    }
    url = url.substr(0, slash);
  }
  const std::size_t colon = url.rfind(':');
  if (colon != std::string_view::npos && !url.ends_with(']')) {
    const auto port = parse_u64(url.substr(colon + 1));
    if (!port || *port == 0 || *port > 65'535) return invalid("the port is a number up to 65535");
    address.port = static_cast<std::uint16_t>(*port);
    url = url.substr(0, colon);
  }
  if (url.starts_with('[') && url.ends_with(']')) url = url.substr(1, url.size() - 2);
  if (url.empty()) return invalid("no host");
  address.host = url;
  return address;
}

struct Connection::Impl {
  Impl(Socket connected, Options with)
      : socket(std::move(connected)), options(std::move(with)), parser(options.limits) {}

  Result<> send(std::string_view bytes);
  Result<> receive(std::vector<Reply>& replies, std::size_t wanted);

  Socket socket;
  Options options;
  ReplyParser parser;
};

Result<> Connection::Impl::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EAGAIN) {
      MS_TRY_VOID(wait_for(socket, POLLOUT, options.deadline));
    } else if (errno != EINTR) {
      return Error{Errc::closed, system_text(errno)};
    }
  }
  return {};
}

Result<> Connection::Impl::receive(std::vector<Reply>& replies, std::size_t wanted) {
  std::array<char, 64 << 10> buffer;
  for (;;) {
    while (replies.size() < wanted) {
      MS_TRY(auto reply, parser.next());
      if (!reply) break;
      if (reply->kind == Reply::Kind::error) return Error{Errc::refused, reply->text};
      replies.push_back(std::move(*reply));
    }
    if (replies.size() == wanted) return {};
    MS_TRY_VOID(wait_for(socket, POLLIN, options.deadline));
    const auto count = ::recv(socket.get(), buffer.data(), buffer.size(), 0);
    if (count == 0) return Errc::closed;
    if (count > 0) {
      parser.feed({buffer.data(), static_cast<std::size_t>(count)});
    } else if (errno != EAGAIN && errno != EINTR) {
      return Error{Errc::closed, system_text(errno)};
    }
  }
}

Connection::Connection(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

Result<Connection> Connection::open(const Address& address, Options options) {
  MS_TRY(auto socket, address.unix_path.empty()
                          ? connect_host(address, options.deadline)
                          : connect_unix(address.unix_path, options.deadline));
  const std::string password = options.password;
  Connection connection{std::make_unique<Impl>(std::move(socket), std::move(options))};
  std::vector<Command> first;
  if (!password.empty() && !address.user.empty()) {
    first.push_back({"AUTH", address.user, password});
  } else if (!password.empty()) {
    first.push_back({"AUTH", password});
  }
  if (address.database != 0) first.push_back({"SELECT", std::to_string(address.database)});
  first.push_back({"PING"});
  MS_TRY_VOID(connection.call(first));
  return connection;
}

Result<std::vector<Reply>> Connection::call(const std::vector<Command>& commands) {
  std::vector<Reply> replies;
  replies.reserve(commands.size());
  for (std::size_t begin = 0; begin < commands.size(); begin += commands_in_flight_max) {
    const std::size_t end = std::min(begin + commands_in_flight_max, commands.size());
    std::string bytes;
    for (std::size_t i = begin; i < end; ++i) append_command(bytes, commands[i]);
    MS_TRY_VOID(impl_->send(bytes));
    MS_TRY_VOID(impl_->receive(replies, end));
  }
  return replies;
}

Result<Reply> Connection::call(const Command& command) {
  MS_TRY(auto replies, call(std::vector<Command>{command}));
  return std::move(replies.front());
}

}  // namespace mainstay::redis
