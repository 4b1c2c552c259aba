#pragma once

#include <string>
#include <string_view>

#include "platform/tls/sealing.hpp"

namespace mainstay::clusters::embedded {

/// What the sealed-secrets controller answers to questions about SealedSecrets, with its keys. On
/// the API server's lane; some 5 ms of CPU a value and key.
class SealingKeyHolder {
 public:
  struct Answer {
    int status = 0;
    std::string body = {};
  };

  /// PEM in base64, as a Secret has it; what is none is left out.
  void add(std::string_view base64);
  /// `path`: /v1/verify (200; 409 when keys do not open it; 400) or /v1/rotate (200 with the object
  /// sealed for `certificate`, PEM; 400).
  [[nodiscard]] Answer answer(std::string_view path, std::string_view body,
                              std::string_view certificate) const;

 private:
  tls::UnsealingKeys keys_;
};

}  // namespace mainstay::clusters::embedded
