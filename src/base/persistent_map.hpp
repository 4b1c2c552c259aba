#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mainstay {

/// What PersistentMap::scan() needs that is the same for all values, so that it is compiled once.
struct ScanEntry {
  std::uint64_t order = 0;  // the hash mirrored
  const std::string* key = nullptr;
  const void* value = nullptr;

  [[nodiscard]] bool is_behind(std::uint64_t other_order, std::string_view other_key) const {
    return order != other_order ? order > other_order : *key > other_key;
  }
};
/// By order, then key.
void sort(std::vector<ScanEntry>& entries);
/// The bits read backwards: the low bits of a hash choose its shard, and a wider table only takes
/// more of them, so this order outlives a growth.
std::uint64_t mirrored(std::uint64_t bits);
/// Which of `count` shards (a power of two), in the order of scan(), holds that mirrored hash, and
/// the shard at such a rank.
std::size_t shard_rank(std::uint64_t mirrored_hash, std::size_t count);
std::size_t ranked_shard(std::size_t rank, std::size_t count);

/// A map from text to shared immutable values, itself immutable: with() and without() give a new
/// map that shares all but one shard with the old one, so a change in a million entries copies some
/// dozen of them and the table of shards. Copies cost one pointer. Reads: any thread, no lock.
template <class V>
class PersistentMap {
 public:
  using Pointer = std::shared_ptr<const V>;

  [[nodiscard]] std::size_t size() const { return root_ ? root_->size : 0; }
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

  /// Of all entries at once, in linear time. Of equal keys the last counts.
  [[nodiscard]] static PersistentMap of(std::vector<std::pair<std::string, V>> entries) {
    auto root = std::make_shared<Root>();
    while (entries.size() > root->shards.size() * shard_entries) {
      root->shards.resize(root->shards.size() * 4);
    }
    std::vector<Shard> shards(root->shards.size());
    for (auto& [key, value] : entries) {
      const std::size_t hash = hash_of(key);
      auto& shard = shards[hash & (shards.size() - 1)];
      if (put(shard, hash, key, std::make_shared<const V>(std::move(value)))) ++root->size;
    }
    for (std::size_t i = 0; i < shards.size(); ++i) {
      if (shards[i].empty()) continue;
      root->shards[i] = std::make_shared<const Shard>(std::move(shards[i]));
    }
    return PersistentMap{std::move(root)};
  }

  [[nodiscard]] PersistentMap with(std::string_view key, Pointer value) const {
    auto root = root_ ? std::make_shared<Root>(*root_) : std::make_shared<Root>();
    if (root->size >= root->shards.size() * shard_entries) grow(*root);
    const std::size_t hash = hash_of(key);
    auto& slot = root->shards[hash & (root->shards.size() - 1)];
    auto shard = slot ? std::make_shared<Shard>(*slot) : std::make_shared<Shard>();
    if (put(*shard, hash, key, std::move(value))) ++root->size;
    slot = std::move(shard);
    return PersistentMap{std::move(root)};
  }
  [[nodiscard]] PersistentMap with(std::string_view key, V value) const {
    return with(key, std::make_shared<const V>(std::move(value)));
  }

  [[nodiscard]] PersistentMap without(std::string_view key) const {
    if (find_entry(key) == nullptr) return *this;
    auto root = std::make_shared<Root>(*root_);
    const std::size_t hash = hash_of(key);
    auto& slot = root->shards[hash & (root->shards.size() - 1)];
    auto shard = std::make_shared<Shard>(*slot);
    shard->erase(place(*shard, position(*shard, hash, key)));
    slot = std::move(shard);
    --root->size;
    return PersistentMap{std::move(root)};
  }

  /// In no particular order. `visit(const std::string& key, const V& value)`.
  template <class Visit>
  void for_each(Visit visit) const {
    if (!root_) return;
    for (const auto& shard : root_->shards) {
      if (!shard) continue;
      for (const Entry& entry : *shard) visit(entry.key, *entry.value);
    }
  }

  /// Goes on behind `after`, which need not be in the map; "" begins. The order is the map's own
  /// and no change shuffles it: who walks through in steps, each behind the last key of the step
  /// before, in whatever version of the map is newest, meets every entry that stayed exactly once.
  /// A step costs what it visits. `visit(const std::string& key, const V& value)`: false stops.
  template <class Visit>
  void scan(std::string_view after, Visit visit) const {
    if (!root_) return;
    const std::size_t count = root_->shards.size();
    const std::uint64_t order = after.empty() ? 0 : mirrored(hash_of(after));
    for (std::size_t i = shard_rank(order, count); i < count; ++i) {
      const auto& shard = root_->shards[ranked_shard(i, count)];
      if (!shard) continue;
      std::vector<ScanEntry> entries;
      for (const Entry& entry : *shard) {
        const ScanEntry one{mirrored(entry.hash), &entry.key, entry.value.get()};
        if (one.is_behind(order, after)) entries.push_back(one);
      }
      sort(entries);
      for (const ScanEntry& one : entries) {
        if (!visit(*one.key, *static_cast<const V*>(one.value))) return;
      }
    }
  }

 private:
  static constexpr std::size_t shard_entries = 16;  // on average, when the table doubles

  struct Entry {
    std::size_t hash;
    std::string key;
    Pointer value;
  };
  using Shard = std::vector<Entry>;  // by hash, then key
  struct Root {
    std::vector<std::shared_ptr<const Shard>> shards{1};  // a power of two
    std::size_t size = 0;
  };

  PersistentMap(std::shared_ptr<const Root> root) : root_(std::move(root)) {}

 public:
  PersistentMap() = default;

 private:
  static std::size_t hash_of(std::string_view key) { return std::hash<std::string_view>{}(key); }

  /// The first entry that is not below (hash, key). By hand: <algorithm> would cost each file that
  /// sees a catalog 0.05 s.
  static std::size_t position(const Shard& shard, std::size_t hash, std::string_view key) {
    std::size_t begin = 0;
    std::size_t end = shard.size();
    while (begin < end) {
      const std::size_t middle = begin + (end - begin) / 2;
      const Entry& entry = shard[middle];
      if (entry.hash != hash ? entry.hash < hash : entry.key < key) {
        begin = middle + 1;
      } else {
        end = middle;
      }
    }
    return begin;
  }
  static bool holds(const Shard& shard, std::size_t at, std::size_t hash, std::string_view key) {
    return at < shard.size() && shard[at].hash == hash && shard[at].key == key;
  }
  static typename Shard::iterator place(Shard& shard, std::size_t at) {
    return shard.begin() + static_cast<std::ptrdiff_t>(at);
  }

  /// True when the key is new.
  static bool put(Shard& shard, std::size_t hash, std::string_view key, Pointer value) {
    const std::size_t at = position(shard, hash, key);
    if (holds(shard, at, hash, key)) {
      shard[at].value = std::move(value);
      return false;
    }
    shard.insert(place(shard, at), Entry{hash, std::string{key}, std::move(value)});
    return true;
  }

  const Entry* find_entry(std::string_view key) const {
    if (!root_) return nullptr;
    const std::size_t hash = hash_of(key);
    const auto& shard = root_->shards[hash & (root_->shards.size() - 1)];
    if (!shard) return nullptr;
    const std::size_t at = position(*shard, hash, key);
    return holds(*shard, at, hash, key) ? &(*shard)[at] : nullptr;
  }

  static void grow(Root& root) {
    const std::size_t count = root.shards.size() * 4;
    std::vector<Shard> wider(count);
    for (const auto& shard : root.shards) {
      if (!shard) continue;
      for (const Entry& entry : *shard) wider[entry.hash & (count - 1)].push_back(entry);
    }
    root.shards.assign(count, nullptr);
    for (std::size_t i = 0; i < count; ++i) {
      if (!wider[i].empty()) root.shards[i] = std::make_shared<const Shard>(std::move(wider[i]));
    }
  }

  std::shared_ptr<const Root> root_;
};

}  // namespace mainstay
