#pragma once

#include <memory>
#include <type_traits>
#include <utility>

namespace mainstay {

/// What every UniqueFunction owns. One base for all signatures: std::unique_ptr is instantiated
/// once.
struct UniqueCallable {
  UniqueCallable() = default;
  UniqueCallable(const UniqueCallable&) = delete;
  UniqueCallable& operator=(const UniqueCallable&) = delete;
  virtual ~UniqueCallable() = default;
};

/// std::move_only_function for gcc 12: owns a callable that need not be copyable. Calling an empty
/// one is a mistake of ours (it ends the process by a null call).
template <class Signature>
class UniqueFunction;

template <class R, class... Args>
class UniqueFunction<R(Args...)> {
 public:
  UniqueFunction() = default;

  template <class F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, UniqueFunction> &&
             requires(std::decay_t<F>& function, Args... args) {
               function(std::forward<Args>(args)...);
             })
  UniqueFunction(F&& f)  // NOLINT(google-explicit-constructor): as std::function
      : callable_(       // no make_unique: it would instantiate a smart pointer for every callable
            std::unique_ptr<UniqueCallable>(new Holder<std::decay_t<F>>(std::forward<F>(f)))) {}

  R operator()(Args... args) const {
    return static_cast<Callable&>(*callable_).call(std::forward<Args>(args)...);
  }
  explicit operator bool() const { return callable_ != nullptr; }

 private:
  struct Callable : UniqueCallable {
    virtual R call(Args... args) = 0;
  };
  template <class F>
  struct Holder final : Callable {
    explicit Holder(F f) : function(std::move(f)) {}
    R call(Args... args) override { return function(std::forward<Args>(args)...); }
    F function;
  };
  std::unique_ptr<UniqueCallable> callable_;
};

}  // namespace mainstay
