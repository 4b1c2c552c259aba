#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace mainstay::secrets {

struct AgeOptions {
  std::string program = "age";  // Debian's; age-keygen lies beside it
  std::string identity;         // a file of identities, or an identity itself (AGE-SECRET-KEY-1...)
  Millis deadline{15'000};
};

/// Files encrypted by age, through the program: plaintext and an identity given as text go over
/// sockets, never over the disk or a command line. Blocks; one thread.
class Age {
 public:
  explicit Age(AgeOptions options) : options_(std::move(options)) {}

  /// Errc::unavailable when the file, the program or an identity is not there, Errc::refused when
  /// the identity does not fit.
  [[nodiscard]] Result<std::string> decrypt(const std::string& path) const;
  /// Armored text. `recipients`: a file as `age -R` reads it.
  [[nodiscard]] Result<std::string> encrypt(const std::string& plain,
                                            const std::string& recipients) const;
  /// The recipient (age1...) of our identity.
  [[nodiscard]] Result<std::string> own_recipient() const;
  /// Whether there is an identity to try.
  [[nodiscard]] bool has_identity() const;

 private:
  [[nodiscard]] bool is_inline() const { return options_.identity.starts_with("AGE-SECRET-KEY-1"); }
  AgeOptions options_;
};

/// ~/.config/mainstay/age.txt: the identity of whoever has set none.
std::string usual_age_identity();

}  // namespace mainstay::secrets
