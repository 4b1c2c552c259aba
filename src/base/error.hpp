#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace mainstay {

enum class Retry : std::uint8_t { no, yes };

/// One row of a module's error table: the stable name is what machines read, the text what people
/// read.
struct ErrorRow {
  std::string_view name;
  std::string_view text;
  int http_status = 500;
  Retry retry = Retry::no;
};

/// An enum whose module has a table: `const ErrorRow& error_row(Errc)`, found by argument lookup.
/// The row must be one object per value with static storage, since an Error is compared by its
/// row's address.
template <class E>
concept ErrorCode = std::is_enum_v<E> && requires(E code) {
  { error_row(code) } -> std::same_as<const ErrorRow&>;
};

template <class T>
class Result;

/// A failure: which row of which module's table, and the detail of this one case. Has constructors,
/// so that it may appear as a temporary beside `co_await` (style rule 27).
class Error {
 public:
  template <ErrorCode E>
  Error(E code, std::string detail = {})  // NOLINT(google-explicit-constructor): `return Errc::x;`
      : row_(&error_row(code)), detail_(std::move(detail)) {}

  template <ErrorCode E>
  [[nodiscard]] bool is(E code) const {
    return row_ == &error_row(code);
  }

  [[nodiscard]] std::string_view name() const { return row_->name; }
  [[nodiscard]] std::string_view text() const { return row_->text; }
  [[nodiscard]] const std::string& detail() const { return detail_; }
  [[nodiscard]] int http_status() const { return row_->http_status; }
  [[nodiscard]] bool retryable() const { return row_->retry == Retry::yes; }

  /// The same failure, told in other words.
  [[nodiscard]] Error with_detail(std::string detail) const {
    Error other{*this};
    other.detail_ = std::move(detail);
    return other;
  }

  /// "text: detail", or the text alone. For people: logs and standard error.
  [[nodiscard]] std::string message() const;

 private:
  friend class Result<void>;
  Error() noexcept = default;  // none: a Result<> that is done
  [[nodiscard]] bool is_set() const noexcept { return row_ != nullptr; }

  const ErrorRow* row_ = nullptr;
  std::string detail_;
};

}  // namespace mainstay
