#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mainstay {

/// What PersistentMap::of() sorts; the same for all values, so that it is compiled once.
struct HashedKey {
  std::size_t hash = 0;
  const std::string* key = nullptr;
  std::size_t place = 0;  // among what is sorted

  [[nodiscard]] bool is_same_key(const HashedKey& other) const {
    return hash == other.hash && *key == *other.key;
  }
};
/// By hash, key, place.
void sort(std::vector<HashedKey>& keys);

/// A map from text to shared immutable values, itself immutable: with() and without() give a new
/// map that shares all but one path of its tree with the old one, so a change in a million entries
/// copies some dozen of them and as many pointers. Copies cost a pointer and a number. Reads: any
/// thread, no lock.
template <class V>
class PersistentMap {
 public:
  using Pointer = std::shared_ptr<const V>;

  PersistentMap() = default;

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size() == 0; }

  /// Null when absent. The value lives as long as any map that holds it.
  [[nodiscard]] const V* find(std::string_view key) const {
    const Entry* entry = find_entry(key);
    return entry != nullptr ? entry->value.get() : nullptr;
  }
  [[nodiscard]] Pointer find_shared(std::string_view key) const {
    const Entry* entry = find_entry(key);
    return entry != nullptr ? entry->value : nullptr;
  }

  /// Of all entries at once. Of equal keys the last counts.
  [[nodiscard]] static PersistentMap of(std::vector<std::pair<std::string, Pointer>> entries) {
    std::vector<HashedKey> order;
    order.reserve(entries.size());
    for (const auto& entry : entries) {
      order.push_back({hash_of(entry.first), &entry.first, order.size()});
    }
    sort(order);
    std::vector<Entry> all;
    all.reserve(entries.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
      // Another of the same key follows: that one counts.
      if (i + 1 < order.size() && order[i].is_same_key(order[i + 1])) continue;
      auto& [key, value] = entries[order[i].place];
      all.push_back({order[i].hash, std::move(key), std::move(value)});
    }
    std::vector<std::pair<std::string, Pointer>>{}.swap(entries);
    PersistentMap made;
    made.size_ = all.size();
    if (!all.empty()) made.root_ = branch_out(std::span<Entry>{all}, 0);
    return made;
  }

  [[nodiscard]] static PersistentMap of(std::vector<std::pair<std::string, V>> entries) {
    std::vector<std::pair<std::string, Pointer>> shared;
    shared.reserve(entries.size());
    for (auto& [key, value] : entries) {
      shared.emplace_back(std::move(key), std::make_shared<const V>(std::move(value)));
    }
    return of(std::move(shared));
  }

  [[nodiscard]] PersistentMap with(std::string_view key, Pointer value) const {
    PersistentMap next{*this};
    const std::size_t hash = hash_of(key);
    if (find_entry(key) == nullptr) ++next.size_;
    next.root_ = put(root_.get(), 0, Entry{hash, std::string{key}, std::move(value)});
    return next;
  }
  [[nodiscard]] PersistentMap with(std::string_view key, V value) const {
    return with(key, std::make_shared<const V>(std::move(value)));
  }

  [[nodiscard]] PersistentMap without(std::string_view key) const {
    if (find_entry(key) == nullptr) return *this;
    PersistentMap next{*this};
    --next.size_;
    next.root_ = remove(*root_, 0, hash_of(key), key);
    return next;
  }

  /// In no particular order. `visit(const std::string& key, const V& value)`.
  template <class Visit>
  void for_each(Visit visit) const {
    scan({}, [&visit](const std::string& key, const V& value) {
      visit(key, value);
      return true;
    });
  }

  /// Goes on behind `after`, which need not be in the map; "" begins. The order is the map's own
  /// and no change shuffles it: who walks through in steps, each behind the last key of the step
  /// before, in whatever version of the map is newest, meets every entry that stayed exactly once.
  /// A step costs what it visits. `visit(const std::string& key, const V& value)`: false stops.
  template <class Visit>
  void scan(std::string_view after, Visit visit) const {
    if (root_) scan(*root_, 0, {after.empty() ? 0 : hash_of(after), after}, visit);
  }

 private:
  // A tree by the hash, four bits a level from the top ones down. Leaves hold few entries.
  static constexpr unsigned level_bits = 4;
  static constexpr std::size_t width = 1U << level_bits;
  static constexpr unsigned levels = 64 / level_bits;
  static constexpr std::size_t leaf_entries_max = 32;

  struct Entry {
    std::size_t hash;
    std::string key;
    Pointer value;
  };
  struct Node;
  using NodePointer = std::shared_ptr<const Node>;
  using Children = std::array<NodePointer, width>;  // null where nothing is
  struct Node {
    std::vector<Entry> entries;          // of a leaf: by hash, then key
    std::unique_ptr<Children> children;  // null in a leaf
  };
  using Place = std::pair<std::size_t, std::string_view>;

  static std::size_t hash_of(std::string_view key) { return std::hash<std::string_view>{}(key); }
  static std::size_t slot(std::size_t hash, unsigned level) {
    return hash >> (64U - level_bits * (level + 1)) & (width - 1);
  }
  static Place place_of(const Entry& entry) { return {entry.hash, entry.key}; }

  /// The first entry that is not before that place. By hand: <algorithm> would cost each file that
  /// sees a catalog 0.05 s.
  static std::size_t position(const std::vector<Entry>& entries, const Place& place) {
    std::size_t begin = 0;
    std::size_t end = entries.size();
    while (begin < end) {
      const std::size_t middle = begin + (end - begin) / 2;
      if (place_of(entries[middle]) < place) {
        begin = middle + 1;
      } else {
        end = middle;
      }
    }
    return begin;
  }
  static auto iterator_at(std::vector<Entry>& entries, std::size_t position) {
    return entries.begin() + static_cast<std::ptrdiff_t>(position);
  }

  /// Of sorted entries, which it takes.
  static NodePointer branch_out(std::span<Entry> entries, unsigned level) {
    auto node = std::make_shared<Node>();
    if (entries.size() <= leaf_entries_max || level == levels) {
      node->entries.reserve(entries.size());
      for (Entry& entry : entries) node->entries.push_back(std::move(entry));
      return node;
    }
    node->children = std::make_unique<Children>();
    while (!entries.empty()) {
      const std::size_t place = slot(entries.front().hash, level);
      std::size_t count = 1;
      while (count < entries.size() && slot(entries[count].hash, level) == place) ++count;
      (*node->children)[place] = branch_out(entries.first(count), level + 1);
      entries = entries.subspan(count);
    }
    return node;
  }

  static std::shared_ptr<Node> copy_of(const Node& node) {
    auto copy = std::make_shared<Node>();
    copy->entries = node.entries;
    if (node.children) copy->children = std::make_unique<Children>(*node.children);
    return copy;
  }

  static NodePointer put(const Node* old, unsigned level, Entry entry) {
    auto node = old != nullptr ? copy_of(*old) : std::make_shared<Node>();
    if (node->children) {
      NodePointer& child = (*node->children)[slot(entry.hash, level)];
      child = put(child.get(), level + 1, std::move(entry));
      return node;
    }
    const std::size_t at = position(node->entries, place_of(entry));
    if (at < node->entries.size() && place_of(node->entries[at]) == place_of(entry)) {
      node->entries[at].value = std::move(entry.value);
      return node;
    }
    node->entries.insert(iterator_at(node->entries, at), std::move(entry));
    if (node->entries.size() <= leaf_entries_max) return node;
    return branch_out(std::span<Entry>{node->entries}, level);
  }

  /// Null when nothing is left. Leaves do not join again: they may grow again.
  static NodePointer remove(const Node& old, unsigned level, std::size_t hash,
                            std::string_view key) {
    auto node = copy_of(old);
    if (!node->children) {
      node->entries.erase(iterator_at(node->entries, position(node->entries, Place{hash, key})));
      return node->entries.empty() ? nullptr : node;
    }
    NodePointer& child = (*node->children)[slot(hash, level)];
    child = remove(*child, level + 1, hash, key);
    for (const NodePointer& one : *node->children) {
      if (one != nullptr) return node;
    }
    return nullptr;
  }

  /// False when the visit stopped it. `behind`: {0, ""} before everything.
  template <class Visit>
  static bool scan(const Node& node, unsigned level, const Place& behind, Visit& visit) {
    if (!node.children) {
      for (const Entry& entry : node.entries) {
        if (!behind.second.empty() && place_of(entry) <= behind) continue;
        if (!visit(entry.key, *entry.value)) return false;
      }
      return true;
    }
    // On the way down to `behind` the children before it are past; beside that way none is.
    const std::size_t first = behind.second.empty() ? 0 : slot(behind.first, level);
    for (std::size_t i = first; i < width; ++i) {
      const NodePointer& child = (*node.children)[i];
      if (child == nullptr) continue;
      if (!scan(*child, level + 1, i == first ? behind : Place{}, visit)) return false;
    }
    return true;
  }

  const Entry* find_entry(std::string_view key) const {
    const std::size_t hash = hash_of(key);
    const Node* node = root_.get();
    for (unsigned level = 0; node != nullptr && node->children; ++level) {
      node = (*node->children)[slot(hash, level)].get();
    }
    if (node == nullptr) return nullptr;
    const std::size_t at = position(node->entries, Place{hash, key});
    const bool is_there =
        at < node->entries.size() && place_of(node->entries[at]) == Place{hash, key};
    return is_there ? &node->entries[at] : nullptr;
  }

  NodePointer root_;
  std::size_t size_ = 0;
};

}  // namespace mainstay
