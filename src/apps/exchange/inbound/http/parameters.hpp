#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace mainstay::exchange {

/// The parameters of a request: of its query, then of its form, each at most once. Remembers which
/// were asked for, so that a misspelt one is refused. Views live as long as the request and this.
class Parameters {
 public:
  static constexpr std::size_t count_max = 64;
  static constexpr std::size_t bytes_max = 64U << 10U;

  /// Errors: too many or too much, one that comes twice, a bad escape.
  Result<> read(std::string_view query, std::string_view form);

  [[nodiscard]] bool has(std::string_view name);
  /// Empty when it is absent.
  [[nodiscard]] std::string_view text(std::string_view name);

  // Errors name the parameter.
  Result<std::string_view> required(std::string_view name);
  /// Of digits only, at most `most`.
  Result<std::optional<std::uint64_t>> number(std::string_view name,
                                              std::uint64_t most = UINT64_MAX);
  /// "true" or "false".
  Result<bool> flag(std::string_view name, bool otherwise);
  /// That nobody asked for some of them.
  [[nodiscard]] Result<> all_read() const;

 private:
  struct Pair {
    std::string_view name;
    std::string_view value;
    bool read = false;
  };
  Result<> add(std::string_view pairs);
  Result<std::string_view> decoded(std::string_view text);
  Pair* find(std::string_view name);

  std::array<Pair, count_max> pairs_;
  std::size_t count_ = 0;
  std::string room_;  // of decoded text; never grows beyond what read() reserves
};

/// What a signature is made of: the query and the body, one behind the other, without the pair
/// `signature` itself.
struct SignedText {
  std::array<std::string_view, 4> parts;
  std::size_t count = 0;
  std::string_view signature;  // empty: there is none
};
SignedText signed_text(std::string_view query, std::string_view body);

}  // namespace mainstay::exchange
