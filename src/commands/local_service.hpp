#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace mainstay::commands {

enum class ServiceErrc : std::uint8_t { missing = 1, taken, failed, out_of_reach };
const ErrorRow& error_row(ServiceErrc code);

/// A server from Debian's packages that runs on this machine for development: on 127.0.0.1, its
/// data in `folder`/data, its log in `folder`/log, its process id in `folder`/pid (locked while it
/// lives). Root gives its rights up for it.
struct LocalService {
  std::string name;  // postgres, redis, nats
  std::uint16_t port = 0;
  std::filesystem::path folder;  // absolute
};

struct ServiceState {
  std::optional<pid_t> process;
  bool ready = false;  // it answers in its protocol
};
ServiceState look_at(const LocalService& service);

enum class Started : std::uint8_t { started, ran_already };
/// Makes what it needs at its first start. Errors say what to do: the package to install
/// (ServiceErrc::missing), whoever has the port, the end of its log.
Result<Started> start_service(const LocalService& service, Millis ready_max);
enum class Ended : std::uint8_t { ended, did_not_run };
Result<Ended> stop_service(const LocalService& service, Millis end_max);

/// How to reach it; PostgreSQL's holds the password that its first start made.
std::string service_url(const LocalService& service);

}  // namespace mainstay::commands
