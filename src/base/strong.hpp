#pragma once

#include <compare>
#include <cstddef>
#include <string_view>  // std::hash
#include <utility>

namespace mainstay {

/// A value with a meaning: `using ServiceId = Strong<struct ServiceIdTag, std::string>`. Two tags
/// never mix, and the way out is spelled `get()`.
template <class Tag, class Rep>
class Strong {
 public:
  using rep = Rep;
  Strong() = default;
  explicit Strong(Rep value) : value_(std::move(value)) {}
  [[nodiscard]] const Rep& get() const { return value_; }
  auto operator<=>(const Strong&) const = default;

 private:
  Rep value_{};
};

}  // namespace mainstay

template <class Tag, class Rep>
struct std::hash<mainstay::Strong<Tag, Rep>> {
  std::size_t operator()(const mainstay::Strong<Tag, Rep>& strong) const noexcept {
    return std::hash<Rep>{}(strong.get());
  }
};
