#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace mainstay::clusters {

/// Shared immutable objects by name and namespace; itself immutable: with() and without() give a
/// new set that shares all but one chunk of at most 128 pointers with the old one. Any thread, no
/// lock. `T` has object_name() and object_namespace(), found by argument lookup. Copies cost a
/// pointer.
template <class T>
class ObjectSet {
 public:
  using Pointer = std::shared_ptr<const T>;
  /// By name, then namespace: a name is looked up in all namespaces at once.
  using Key = std::pair<std::string_view, std::string_view>;

  ObjectSet() = default;

  [[nodiscard]] static Key key_of(const T& object) {
    return {object_name(object), object_namespace(object)};
  }

  [[nodiscard]] std::size_t size() const { return table_ == nullptr ? 0 : table_->size; }
  [[nodiscard]] bool empty() const { return size() == 0; }

  /// Null when absent. Lives as long as a set that holds it.
  [[nodiscard]] const T* find(std::string_view name, std::string_view namespace_name) const {
    const Pointer* found = lower_bound({name, namespace_name});
    if (found == nullptr || key_of(**found) != Key{name, namespace_name}) return nullptr;
    return found->get();
  }
  [[nodiscard]] Pointer find_shared(std::string_view name, std::string_view namespace_name) const {
    const Pointer* found = lower_bound({name, namespace_name});
    if (found == nullptr || key_of(**found) != Key{name, namespace_name}) return nullptr;
    return *found;
  }
  /// In whichever namespace comes first.
  [[nodiscard]] Pointer find_anywhere(std::string_view name) const {
    const Pointer* found = lower_bound({name, {}});
    return found == nullptr || object_name(**found) != name ? nullptr : *found;
  }

  /// By name, then namespace. `visit(const T&)`.
  template <class Visit>
  void for_each(Visit visit) const {
    for_each_shared([&visit](const Pointer& object) { visit(*object); });
  }
  template <class Visit>
  void for_each_shared(Visit visit) const {
    if (table_ == nullptr) return;
    for (const auto& chunk : table_->chunks) {
      for (const Pointer& object : *chunk) visit(object);
    }
  }

  /// Of all at once, in any order. Of equal keys the last counts.
  [[nodiscard]] static ObjectSet of(std::vector<Pointer> objects) {
    const auto before = [](const Pointer& a, const Pointer& b) { return key_of(*a) < key_of(*b); };
    if (!std::is_sorted(objects.begin(), objects.end(), before)) {
      std::stable_sort(objects.begin(), objects.end(), before);
    }
    auto table = std::make_shared<Table>();
    Chunk chunk;
    for (std::size_t i = 0; i < objects.size(); ++i) {
      if (i + 1 < objects.size() && key_of(*objects[i]) == key_of(*objects[i + 1])) continue;
      if (chunk.empty()) chunk.reserve(std::min(chunk_fill, objects.size() - i));
      chunk.push_back(std::move(objects[i]));
      ++table->size;
      if (chunk.size() == chunk_fill) table->add(std::exchange(chunk, {}));
    }
    if (!chunk.empty()) table->add(std::move(chunk));
    return ObjectSet{std::move(table)};
  }

  [[nodiscard]] ObjectSet with(Pointer object) const {
    const Key key = key_of(*object);
    auto table = table_ == nullptr ? std::make_shared<Table>() : std::make_shared<Table>(*table_);
    if (table->chunks.empty()) table->add({});
    const std::size_t at = std::min(chunk_at(*table, key), table->chunks.size() - 1);
    Chunk chunk = *table->chunks[at];
    const auto place = position(chunk, key);
    if (place != chunk.end() && key_of(**place) == key) {
      *place = std::move(object);
    } else {
      chunk.insert(place, std::move(object));
      ++table->size;
    }
    table->put(at, std::move(chunk));
    return ObjectSet{std::move(table)};
  }

  [[nodiscard]] ObjectSet without(std::string_view name, std::string_view namespace_name) const {
    const Key key{name, namespace_name};
    if (find(name, namespace_name) == nullptr) return *this;
    auto table = std::make_shared<Table>(*table_);
    const std::size_t at = chunk_at(*table, key);
    Chunk chunk = *table->chunks[at];
    chunk.erase(position(chunk, key));
    --table->size;
    table->put(at, std::move(chunk));
    return ObjectSet{std::move(table)};
  }

  /// What changed from `before` to this: `added(const Pointer&)` of new and replaced objects,
  /// `removed(const Pointer&)` of those that are gone. What both share is passed over by chunks.
  template <class Added, class Removed>
  void differences(const ObjectSet& before, Added added, Removed removed) const {
    Cursor now{table_.get()};
    Cursor then{before.table_.get()};
    while (!now.at_end() || !then.at_end()) {
      if (now.skip_shared(then)) continue;
      if (then.at_end() || (!now.at_end() && now.key() < then.key())) {
        added(now.take());
      } else if (now.at_end() || then.key() < now.key()) {
        removed(then.take());
      } else {
        const Pointer& fresh = now.take();
        if (fresh != then.take()) added(fresh);
      }
    }
  }

 private:
  using Chunk = std::vector<Pointer>;
  static constexpr std::size_t chunk_fill = 96;  // of a new one: room to grow
  static constexpr std::size_t chunk_max = 128;

  struct Table {
    std::vector<std::shared_ptr<const Chunk>> chunks;  // none is empty, but for a moment
    std::size_t size = 0;

    void add(Chunk chunk) { chunks.push_back(std::make_shared<const Chunk>(std::move(chunk))); }
    /// Replaces one, which may have become empty or too large.
    void put(std::size_t at, Chunk chunk) {
      const auto place = chunks.begin() + static_cast<std::ptrdiff_t>(at);
      if (chunk.empty()) {
        chunks.erase(place);
      } else if (chunk.size() > chunk_max) {
        const auto middle = chunk.begin() + static_cast<std::ptrdiff_t>(chunk.size() / 2);
        *place = std::make_shared<const Chunk>(chunk.begin(), middle);
        chunks.insert(place + 1, std::make_shared<const Chunk>(middle, chunk.end()));
      } else {
        *place = std::make_shared<const Chunk>(std::move(chunk));
      }
    }
  };

  /// A place in a table while two of them are compared.
  struct Cursor {
    const Table* table;
    std::size_t chunk = 0;
    std::size_t item = 0;

    [[nodiscard]] bool at_end() const { return table == nullptr || chunk == table->chunks.size(); }
    [[nodiscard]] const Pointer& get() const { return (*table->chunks[chunk])[item]; }
    [[nodiscard]] Key key() const { return key_of(*get()); }
    const Pointer& take() {
      const Pointer& taken = get();
      if (++item == table->chunks[chunk]->size()) {
        ++chunk;
        item = 0;
      }
      return taken;
    }
    /// True when both stood before the same chunk, which is behind them now.
    bool skip_shared(Cursor& other) {
      if (at_end() || other.at_end() || item != 0 || other.item != 0) return false;
      if (table->chunks[chunk] != other.table->chunks[other.chunk]) return false;
      ++chunk;
      ++other.chunk;
      return true;
    }
  };

  explicit ObjectSet(std::shared_ptr<const Table> table) : table_(std::move(table)) {}

  /// The first object that is not before the key.
  static auto position(Chunk& chunk, const Key& key) {
    return std::partition_point(chunk.begin(), chunk.end(),
                                [&](const Pointer& one) { return key_of(*one) < key; });
  }
  /// The first chunk whose last object is not before the key; their number when there is none.
  static std::size_t chunk_at(const Table& table, const Key& key) {
    const auto found = std::partition_point(
        table.chunks.begin(), table.chunks.end(),
        [&](const auto& chunk) { return !chunk->empty() && key_of(*chunk->back()) < key; });
    return static_cast<std::size_t>(found - table.chunks.begin());
  }
  [[nodiscard]] const Pointer* lower_bound(const Key& key) const {
    if (table_ == nullptr) return nullptr;
    const std::size_t at = chunk_at(*table_, key);
    if (at == table_->chunks.size()) return nullptr;
    const Chunk& chunk = *table_->chunks[at];
    return &*std::partition_point(chunk.begin(), chunk.end(),
                                  [&](const Pointer& one) { return key_of(*one) < key; });
  }

  std::shared_ptr<const Table> table_;
};

}  // namespace mainstay::clusters
