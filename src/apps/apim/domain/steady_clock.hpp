#pragma once

#include "base/clock.hpp"

namespace mainstay::apim {

/// Tells when a clock has run steadily for so long that it may say what is old: one that stepped
/// must not make us drop anything.
class SteadyClock {
 public:
  /// For how long the wall clock has kept up with steady time; asked often.
  Seconds steady_for(SystemTime wall, SteadyTime steady);

 private:
  bool is_known_ = false;
  SystemTime wall_;
  SteadyTime steady_;
  SteadyTime since_;
};

}  // namespace mainstay::apim
