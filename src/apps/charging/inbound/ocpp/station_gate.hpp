#pragma once

#include <cstdint>
#include <string>

#include "apps/charging/ports/station_host.hpp"
#include "base/unique_function.hpp"

namespace mainstay::charging::ocpp {

/// Who asks to be let in, and how.
struct Knock {
  KnownStation station;
  std::string identity;
  std::string peer;           // its address
  std::uint8_t profile = 0;   // the listener's security profile
  std::string authorization;  // the header's value; bytes, not text
  std::string common_name;    // of its verified certificate; empty: it showed none
  std::string organization;
  std::string serial_number;  // capital hexadecimal
};

/// Decides whether a station that connects is the one that it says it is. Any thread.
class StationGate {
 public:
  enum class Verdict : std::uint8_t {
    admitted,
    unauthorized,  // wrong or missing credentials
    forbidden,     // not with this security profile
    busy,          // too many are being looked at
    later,         // of admit() only: ask admit_slowly()
  };

  virtual ~StationGate() = default;

  /// Never waits.
  virtual Verdict admit(const Knock& knock) = 0;
  /// `done` comes once, on any thread.
  virtual void admit_slowly(Knock knock, UniqueFunction<void(Verdict)> done) = 0;
};

}  // namespace mainstay::charging::ocpp
