#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "apps/clusters/domain/object_set.hpp"
#include "apps/clusters/errc.hpp"
#include "apps/clusters/limits.hpp"
#include "apps/clusters/outbound/kube/object_sink.hpp"
#include "base/locked.hpp"

namespace mainstay::clusters {

/// The objects of one kind and what readers see of them. `T` as ObjectSet wants it, with
/// object_version(). A list that says the same as the last one costs no memory: objects of equal
/// version stay the ones that they are.
template <class T>
class CachedObjects final : public ObjectSink {
 public:
  using View = std::shared_ptr<const CacheView<T>>;
  using Make = std::function<T(const Document&)>;

  CachedObjects(Make make, CacheState first)
      : make_(std::move(make)),
        view_(std::make_shared<const CacheView<T>>(CacheView<T>{{}, std::move(first)})) {}

  /// Any thread.
  [[nodiscard]] View view() const {
    auto held = view_.lock();
    return *held;
  }

  void begin_list() override { listed_.clear(); }

  Result<> listed(const Document& object) override {
    auto made = made_of(object);
    if (made == nullptr) return {};
    if (listed_.size() >= Limits::cache_objects_max) return too_many();
    listed_.push_back(std::move(made));
    return {};
  }

  void end_list() override { objects_ = ObjectSet<T>::of(std::exchange(listed_, {})); }

  Result<> put(const Document& object) override {
    auto made = made_of(object);
    if (made == nullptr) return {};
    if (objects_.size() >= Limits::cache_objects_max) return too_many();
    objects_ = objects_.with(std::move(made));
    return {};
  }

  void remove(const Document& object) override {
    const T made = make_(object);
    objects_ = objects_.without(object_name(made), object_namespace(made));
  }

  void publish(CacheState state) override {
    state.objects = objects_.size();
    auto next = std::make_shared<const CacheView<T>>(CacheView<T>{objects_, std::move(state)});
    auto held = view_.lock();
    held->swap(next);  // `next`, the old one, is let go of behind the lock
  }

  [[nodiscard]] std::size_t size() const override { return objects_.size(); }
  [[nodiscard]] std::size_t unreadable() const override { return unreadable_; }

 private:
  /// Null: nobody could find it.
  std::shared_ptr<const T> made_of(const Document& object) {
    T made = make_(object);
    if (object_name(made).empty()) {
      ++unreadable_;
      return nullptr;
    }
    auto before = objects_.find_shared(object_name(made), object_namespace(made));
    if (before != nullptr && !object_version(made).empty() &&
        object_version(*before) == object_version(made)) {
      return before;
    }
    return std::make_shared<const T>(std::move(made));
  }

  static Error too_many() {
    return {Errc::too_large,
            "more than " + std::to_string(Limits::cache_objects_max) + " objects of one kind"};
  }

  const Make make_;
  ObjectSet<T> objects_;
  std::vector<std::shared_ptr<const T>> listed_;
  std::size_t unreadable_ = 0;
  Locked<View> view_;
};

}  // namespace mainstay::clusters
