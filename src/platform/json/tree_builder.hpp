#pragma once

#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/json/json.hpp"

namespace mainstay::json {

/// Leaves each name once: the first one's place with the last one's value.
void merge_duplicates(Object& members);

/// Makes values of what a parser tells, gathered on a stack: a container takes its members from the
/// top when it ends. For parsers of this module.
class TreeBuilder {
 public:
  void begin() { frames_.push_back({values_.size(), names_.size()}); }

  void end_array() {
    const auto from = begin_of_values();
    Array items{std::make_move_iterator(from), std::make_move_iterator(values_.end())};
    values_.erase(from, values_.end());
    frames_.pop_back();
    values_.emplace_back(std::move(items));
  }

  void end_object() {
    const std::size_t first = frames_.back().values;
    const std::size_t first_name = frames_.back().names;
    const std::size_t count = values_.size() - first;
    Object members;
    members.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      members.emplace_back(std::move(names_[first_name + i]), std::move(values_[first + i]));
    }
    names_.resize(first_name);
    values_.resize(first);
    frames_.pop_back();
    if (count > 1) merge_duplicates(members);
    values_.emplace_back(std::move(members));
  }

  /// Part of a name or a text, which end_name() or end_text() makes one.
  void add_text(std::string_view part) { text_.append(part); }
  void end_name() { names_.push_back(std::exchange(text_, {})); }
  void end_text() { values_.emplace_back(std::exchange(text_, {})); }
  template <class T>
  void add(T value) {
    values_.emplace_back(value);
  }

  /// The name that a value follows; only behind end_name().
  [[nodiscard]] const std::string& last_name() const { return names_.back(); }
  void drop_name() { names_.pop_back(); }
  /// The newest value, out of the container that it would be in.
  Value take() {
    Value value = std::move(values_.back());
    values_.pop_back();
    return value;
  }

 private:
  struct Frame {
    std::size_t values;
    std::size_t names;
  };

  std::vector<Value>::iterator begin_of_values() {
    return values_.begin() + static_cast<std::ptrdiff_t>(frames_.back().values);
  }

  std::vector<Frame> frames_;
  std::vector<Value> values_;
  std::vector<std::string> names_;
  std::string text_;
};

}  // namespace mainstay::json
