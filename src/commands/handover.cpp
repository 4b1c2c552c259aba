#include "commands/handover.hpp"

#include <algorithm>
#include <cstdio>
#include <fcntl.h>
#include <optional>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include "base/text.hpp"

namespace mainstay::commands {
namespace {

constexpr ErrorRow malformed_row{"handover_malformed", "cannot read what was handed over", 500};
constexpr ErrorRow unusable_row{"handover_unusable", "cannot use what was handed over", 500};

constexpr std::string_view format = "v1";
constexpr std::size_t text_bytes_max = 64U << 10U;
constexpr std::size_t listeners_max = 16;
constexpr std::size_t descriptors_max = 1'024;
constexpr std::uint64_t number_max = 1U << 30U;  // of descriptors and processes

/// Up to `separator`, which goes too; all that is left when there is none.
std::string_view cut(std::string_view& text, char separator) {
  const std::size_t at = text.find(separator);
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return part;
}

std::optional<int> number(std::string_view text) {
  const auto parsed = parse_u64(text);
  if (!parsed || *parsed > number_max) return {};
  return static_cast<int>(*parsed);
}

bool is_address(std::string_view text) {
  const auto good = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == '.' ||
           c == ':';
  };
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, good);
}

/// address/port/descriptor,descriptor,...
std::optional<Handover::Listener> parse_listener(std::string_view name, std::string_view value) {
  Handover::Listener listener;
  listener.name = name;
  listener.address = cut(value, '/');
  const auto port = number(cut(value, '/'));
  if (!is_address(listener.address) || !port || *port > 65'535) return {};
  listener.port = static_cast<std::uint16_t>(*port);
  while (!value.empty()) {
    const auto descriptor = number(cut(value, ','));
    if (!descriptor || listener.descriptors.size() == descriptors_max) return {};
    listener.descriptors.push_back(*descriptor);
  }
  return listener;
}

bool parse_field(std::string_view field, Handover& into) {
  const std::string_view key = cut(field, '=');
  int* const plain = key == "process"    ? &into.process
                     : key == "pid_file" ? &into.pid_file
                     : key == "former"   ? &into.former
                                         : nullptr;
  if (plain != nullptr) {
    const auto parsed = number(field);
    if (parsed) *plain = *parsed;
    return parsed.has_value();
  }
  auto listener = parse_listener(key, field);
  if (key.empty() || !listener || into.listeners.size() == listeners_max) return false;
  into.listeners.push_back(std::move(*listener));
  return true;
}

template <class Do>
void each_descriptor(const Handover& handover, Do&& act) {
  for (const auto& listener : handover.listeners) {
    for (const int descriptor : listener.descriptors) act(descriptor);
  }
  if (handover.former >= 0) act(handover.former);
}

}  // namespace

const ErrorRow& error_row(HandoverErrc code) {
  return code == HandoverErrc::malformed ? malformed_row : unusable_row;
}

std::string Handover::text() const {
  std::string out{format};
  const auto add = [&](const char* key, int value) {
    if (value >= 0) out.append(" ").append(key).append("=").append(std::to_string(value));
  };
  add("process", process);
  add("pid_file", pid_file);
  add("former", former);
  for (const auto& listener : listeners) {
    out.append(" ").append(listener.name).append("=").append(listener.address);
    out.append("/").append(std::to_string(listener.port));
    char separator = '/';
    for (const int descriptor : listener.descriptors) {
      out.push_back(std::exchange(separator, ','));
      out.append(std::to_string(descriptor));
    }
  }
  return out;
}

Result<Handover> parse_handover(std::string_view text) {
  if (text.size() > text_bytes_max) return Error{HandoverErrc::malformed, "too long"};
  if (cut(text, ' ') != format) return Error{HandoverErrc::malformed, "another format"};
  Handover handover;
  while (!text.empty()) {
    const std::string_view field = cut(text, ' ');
    if (!parse_field(field, handover)) {
      return Error{HandoverErrc::malformed, std::string{field.substr(0, 80)}};
    }
  }
  return handover;
}

Handover::Listener described(const http::Binding& binding) {
  Handover::Listener listener{binding.name, binding.address, binding.port, {}};
  for (const auto& socket : binding.sockets) listener.descriptors.push_back(socket.get());
  return listener;
}

std::vector<http::Binding> addresses_of(const Handover& handover) {
  std::vector<http::Binding> all;
  for (const auto& listener : handover.listeners) {
    all.push_back({listener.name, listener.address, listener.port, {}});
  }
  return all;
}

Result<std::vector<http::Binding>> adopt(const Handover& handover) {
  auto all = addresses_of(handover);
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (const int descriptor : handover.listeners[i].descriptors) {
      int listens = 0;
      socklen_t size = sizeof listens;
      const bool known =
          ::getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 && listens != 0;
      http::Descriptor own{known ? ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0) : -1};
      if (own.get() < 0) {
        return Error{HandoverErrc::unusable,
                     std::to_string(descriptor) + " is no listening socket"};
      }
      all[i].sockets.push_back(std::move(own));
    }
    if (all[i].sockets.empty()) {
      return Error{HandoverErrc::unusable, all[i].name + " has no sockets"};
    }
  }
  return all;
}

void set_inheritable(const Handover& handover, bool inheritable) {
  const auto mark = [inheritable](int descriptor) {
    ::fcntl(descriptor, F_SETFD, inheritable ? 0 : FD_CLOEXEC);
  };
  each_descriptor(handover, mark);
  if (handover.pid_file >= 0) mark(handover.pid_file);
}

void become_former(const Program& program, Handover handover) {
  if (handover.process != ::getpid() || handover.former < 0) return;
  const int former = std::exchange(handover.former, -1);
  set_inheritable(handover, true);
  const Error failed = program.become(former, handover.text());
  std::fprintf(stderr, "mainstay: %s\n", failed.message().c_str());
}

void forget(const Handover& handover) {
  each_descriptor(handover, [](int descriptor) { ::close(descriptor); });
}

}  // namespace mainstay::commands
