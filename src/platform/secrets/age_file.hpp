#pragma once

#include <string>
#include <utility>

#include "base/result.hpp"
#include "platform/secrets/age.hpp"

namespace mainstay::secrets {

/// A file of `NAME=value` lines (platform/settings/dotenv.hpp) that age keeps. Who can open it is
/// in `<path>.recipients` beside it, one recipient a line as `age -R` reads them: age's own files
/// do not tell.
class AgeFile {
 public:
  AgeFile(const Age& age, std::string path) : age_(&age), path_(std::move(path)) {}

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string recipients_path() const { return path_ + ".recipients"; }
  [[nodiscard]] bool exists() const;

  /// The plaintext.
  [[nodiscard]] Result<std::string> open() const { return age_->decrypt(path_); }

  /// Replaces the file in one step. A plaintext that is no `NAME=value` lines is refused, and so
  /// are recipients that we are not among: the result is opened again before it takes the file's
  /// place. Without a file of recipients one is made, with our own.
  Result<> seal(const std::string& plain) const;

 private:
  Result<> make_recipients() const;

  const Age* age_;
  std::string path_;
};

}  // namespace mainstay::secrets
