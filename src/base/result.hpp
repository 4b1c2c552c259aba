#pragma once

#include <new>
#include <type_traits>
#include <utility>

#include "base/error.hpp"

namespace mainstay {

/// Ends the process: reading a value or an error that is not there is a mistake of ours.
[[noreturn]] void no_value(const Error& error) noexcept;
[[noreturn]] void no_error() noexcept;

/// A value or an Error. Cannot be ignored; moves, does not copy. Member names are those of
/// std::expected. An lvalue gives references into itself, an rvalue gives its content by value, so
/// that nothing dangles. After a move it is of the same kind as before.
///
/// Written by hand because nearly every translation unit instantiates it: docs/adr/0006.
template <class T = void>
class [[nodiscard]] Result {
 public:
  // NOLINTBEGIN(google-explicit-constructor): `return row;`, `return Errc::x;`
  template <class U = T>
    requires(std::is_convertible_v<U, T>)
  Result(U&& value) : value_(std::forward<U>(value)), has_value_(true) {}
  Result(Error error) noexcept : error_(std::move(error)), has_value_(false) {}
  template <ErrorCode E>
  Result(E code) : error_(code), has_value_(false) {}
  // NOLINTEND(google-explicit-constructor)

  Result(Result&& other) noexcept : has_value_(other.has_value_) {
    static_assert(std::is_nothrow_move_constructible_v<T>, "assignment relies on it");
    if (has_value_) {
      ::new (&value_) T(std::move(other.value_));
    } else {
      ::new (&error_) Error(std::move(other.error_));
    }
  }
  Result& operator=(Result&& other) noexcept {
    if (this != &other) {
      this->~Result();
      ::new (this) Result(std::move(other));
    }
    return *this;
  }
  ~Result() {
    if (has_value_) {
      value_.~T();
    } else {
      error_.~Error();
    }
  }

  [[nodiscard]] bool has_value() const noexcept { return has_value_; }
  [[nodiscard]] bool has_error() const noexcept { return !has_value_; }
  explicit operator bool() const noexcept { return has_value_; }

  [[nodiscard]] T& value() & { return *get(); }
  [[nodiscard]] const T& value() const& { return *get(); }
  [[nodiscard]] T value() && { return std::move(*get()); }
  T& operator*() & { return *get(); }
  const T& operator*() const& { return *get(); }
  T operator*() && { return std::move(*get()); }
  T* operator->() { return get(); }
  const T* operator->() const { return get(); }

  [[nodiscard]] Error& error() & {
    if (has_value_) no_error();
    return error_;
  }
  [[nodiscard]] const Error& error() const& {
    if (has_value_) no_error();
    return error_;
  }
  [[nodiscard]] Error error() && { return std::move(error()); }

 private:
  T* get() {
    if (!has_value_) no_value(error_);
    return &value_;
  }
  const T* get() const {
    if (!has_value_) no_value(error_);
    return &value_;
  }

  union {
    T value_;
    Error error_;
  };
  bool has_value_;
};

/// Done, or an Error. Copies too: one commit's outcome goes to all who waited for it.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() noexcept = default;
  // NOLINTBEGIN(google-explicit-constructor): `return Errc::x;`
  Result(Error error) noexcept : error_(std::move(error)) {}
  template <ErrorCode E>
  Result(E code) : error_(code) {}
  // NOLINTEND(google-explicit-constructor)

  [[nodiscard]] bool has_value() const noexcept { return !error_.is_set(); }
  [[nodiscard]] bool has_error() const noexcept { return error_.is_set(); }
  explicit operator bool() const noexcept { return has_value(); }

  [[nodiscard]] Error& error() & {
    if (has_value()) no_error();
    return error_;
  }
  [[nodiscard]] const Error& error() const& {
    if (has_value()) no_error();
    return error_;
  }
  [[nodiscard]] Error error() && { return std::move(error()); }

 private:
  Error error_;
};

}  // namespace mainstay

#define MS_CAT_(a, b) a##b
#define MS_CAT(a, b) MS_CAT_(a, b)
#define MS_TRY_(name, decl, expr)                       \
  auto name = (expr);                                   \
  if (name.has_error()) return std::move(name).error(); \
  decl = std::move(*name)

/// `MS_TRY(auto row, store.one(query));` declares `row`, or returns the error to the caller.
#define MS_TRY(decl, expr) MS_TRY_(MS_CAT(ms_try_, __COUNTER__), decl, expr)

/// The same for Result<>: `MS_TRY_VOID(file.sync());`
#define MS_TRY_VOID(expr)                                                                          \
  do {                                                                                             \
    if (auto ms_try_void = (expr); ms_try_void.has_error()) return std::move(ms_try_void).error(); \
  } while (false)
