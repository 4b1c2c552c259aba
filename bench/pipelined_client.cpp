// A load generator that costs little: keeps a batch of pipelined GETs under way on each of some
// connections, and of the answers reads the status and Content-Length only. General ones parse and
// time every answer, which takes a core longer than the servers under test take to make it.
//
// usage: pipelined_client PORT PATH CONNECTIONS DEPTH SECONDS [NUMBERS]
// With NUMBERS, `{}` in PATH is each of 0 to NUMBERS - 1 in turn, in a shuffled order.
// Prints "N requests in S seconds"; anything but 200 ends it with status 1.

#include <algorithm>
#include <arpa/inet.h>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view status_line = "HTTP/1.1 200";
constexpr std::string_view length_name = "\r\nContent-Length: ";

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

int connect_to(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int link = ::socket(AF_INET, SOCK_STREAM, 0);
  if (link < 0 || ::connect(link, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    fail("connect");
  }
  return link;
}

void send_all(int link, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::send(link, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count < 0) fail("send");
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

struct Connection {
  int link = -1;
  std::size_t owed = 0;       // answers of the batch under way
  std::size_t body_left = 0;  // of the answer whose head was read
  std::string head;           // the part of one that came so far
};

std::string request(std::string_view path, std::size_t number) {
  std::string out{"GET "};
  const auto gap = path.find("{}");
  out.append(path.substr(0, gap));
  if (gap != path.npos) out.append(std::to_string(number)).append(path.substr(gap + 2));
  return out.append(" HTTP/1.1\r\nHost: bench\r\n\r\n");
}

/// What is sent at once, one after the other.
std::vector<std::string> make_batches(std::string_view path, std::size_t depth,
                                      std::size_t numbers) {
  std::vector<std::size_t> order(std::max(numbers, depth));
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i % numbers;
  std::shuffle(order.begin(), order.end(), std::minstd_rand{1});
  std::vector<std::string> batches(order.size() / depth);
  for (std::size_t i = 0; i < batches.size() * depth; ++i) {
    batches[i / depth].append(request(path, order[i]));
  }
  return batches;
}

/// The length of the answer's body; `head` ends before its blank line.
std::size_t body_length(std::string_view head) {
  const auto at = head.find(length_name);
  if (!head.starts_with(status_line) || at == std::string_view::npos) {
    std::fprintf(stderr, "unexpected answer: %.*s\n", static_cast<int>(head.size()), head.data());
    std::exit(1);
  }
  return std::strtoul(head.data() + at + length_name.size(), nullptr, 10);
}

/// Takes what was received; the number of answers that it completed.
std::size_t take(Connection& connection, std::string_view bytes) {
  std::size_t completed = 0;
  while (!bytes.empty()) {
    if (connection.body_left == 0) {
      const std::size_t before = connection.head.size();
      if (before > 0) {
        connection.head.append(bytes);
        bytes = connection.head;
      }
      const auto end = bytes.find("\r\n\r\n");
      if (end == std::string_view::npos) {
        if (before == 0) connection.head.assign(bytes);
        return completed;
      }
      connection.body_left = body_length(bytes.substr(0, end + 2)) + end + 4;
      if (before > 0) {
        // Goes on with what lay behind the joined head, from a copy that take() may outlive.
        const std::string joined = std::exchange(connection.head, {});
        return completed + take(connection, joined);
      }
    }
    const std::size_t taken = std::min(connection.body_left, bytes.size());
    bytes.remove_prefix(taken);
    connection.body_left -= taken;
    if (connection.body_left == 0) ++completed;
  }
  return completed;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6 && argc != 7) {
    std::fputs("usage: pipelined_client PORT PATH CONNECTIONS DEPTH SECONDS [NUMBERS]\n", stderr);
    return 2;
  }
  const int port = std::atoi(argv[1]);
  const auto depth = static_cast<std::size_t>(std::atoi(argv[4]));
  const auto numbers = static_cast<std::size_t>(argc == 7 ? std::max(std::atoi(argv[6]), 1) : 1);
  const auto batches = make_batches(argv[2], depth, numbers);
  std::size_t sent = 0;
  const int poll = ::epoll_create1(0);
  std::vector<Connection> connections(static_cast<std::size_t>(std::atoi(argv[3])));
  for (Connection& connection : connections) {
    connection.link = connect_to(port);
    epoll_event event{.events = EPOLLIN, .data = {.ptr = &connection}};
    if (::epoll_ctl(poll, EPOLL_CTL_ADD, connection.link, &event) != 0) fail("epoll_ctl");
    send_all(connection.link, batches[sent++ % batches.size()]);
    connection.owed = depth;
  }

  const auto began = Clock::now();
  const auto end = began + std::chrono::seconds{std::atoi(argv[5])};
  std::size_t count = 0;
  std::vector<char> buffer(256 << 10);
  std::vector<epoll_event> events(connections.size());
  while (Clock::now() < end) {
    const int ready = ::epoll_wait(poll, events.data(), static_cast<int>(events.size()), 1000);
    for (int i = 0; i < ready; ++i) {
      auto& connection = *static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
      const auto got = ::recv(connection.link, buffer.data(), buffer.size(), 0);
      if (got <= 0) fail("recv");
      const auto done = take(connection, {buffer.data(), static_cast<std::size_t>(got)});
      count += done;
      connection.owed -= done;
      if (connection.owed > 0) continue;
      send_all(connection.link, batches[sent++ % batches.size()]);
      connection.owed = depth;
    }
  }
  const std::chrono::duration<double> took = Clock::now() - began;
  std::printf("%zu requests in %.3f seconds\n", count, took.count());
  return 0;
}
