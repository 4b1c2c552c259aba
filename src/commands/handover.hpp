#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

#include "base/result.hpp"
#include "commands/program.hpp"
#include "platform/http/binding.hpp"

namespace mainstay::commands {

enum class HandoverErrc : std::uint8_t { malformed = 1, unusable };
const ErrorRow& error_row(HandoverErrc code);

/// What a process leaves to the program that takes its place by exec: open descriptors, told in the
/// environment variable MAINSTAY_HANDOVER. To the program that only checks whether it could, the
/// same without descriptors.
struct Handover {
  struct Listener {
    std::string name;
    std::string address;
    std::uint16_t port = 0;
    std::vector<int> descriptors;
    bool operator==(const Listener&) const = default;
  };

  static constexpr const char* variable = "MAINSTAY_HANDOVER";

  pid_t process = 0;  // who leaves it; a variable that went astray is told by that
  std::vector<Listener> listeners;
  int pid_file = -1;  // locked; -1: there is none
  int former = -1;    // the former program's file, to go back to; -1: there is no way back

  bool operator==(const Handover&) const = default;

  /// Without blanks at its ends; parse() reads it.
  [[nodiscard]] std::string text() const;
};

/// At most 64 KiB, 16 listeners and 1,024 descriptors each; Errc::malformed otherwise.
Result<Handover> parse_handover(std::string_view text);

/// What the sockets of a binding are called for the successor.
Handover::Listener described(const http::Binding& binding);

/// Descriptors of our own of a handover's sockets; the handed over ones stay open, so that a start
/// that fails can go back. Errc::unusable when one is no listening socket.
Result<std::vector<http::Binding>> adopt(const Handover& handover);

/// The addresses alone.
std::vector<http::Binding> addresses_of(const Handover& handover);

/// Whether an exec passes every descriptor of it on.
void set_inheritable(const Handover& handover, bool inheritable);
/// Back to the former program, if there is one; returns only when there is none, or it is gone.
void become_former(const Program& program, Handover handover);
/// Closes the sockets and the former program's file.
void forget(const Handover& handover);

}  // namespace mainstay::commands
