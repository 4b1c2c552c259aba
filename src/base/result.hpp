#pragma once

#include <boost/system/result.hpp>

#include "base/error.hpp"

namespace mainstay {

/// A value or an Error. Cannot be ignored. Member names are those of std::expected.
template <class T = void>
struct [[nodiscard]] Result : boost::system::result<T, Error> {
  using boost::system::result<T, Error>::result;
};

/// Called by `result::value()` on an error: reading a value that is not there is a mistake of ours.
[[noreturn]] void throw_exception_from_error(const Error& error,
                                             const boost::source_location& where);

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
