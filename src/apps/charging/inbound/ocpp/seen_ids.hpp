#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "apps/charging/inbound/ocpp/limits.hpp"

namespace mainstay::charging::ocpp {

/// The message ids that a connection has used, as hashes: the newest seen_ids_kept at least, twice
/// as many at most; 11 to 16 bytes an id. In two tables: when the younger is full it becomes the
/// elder, and the elder is forgotten. One thread.
class SeenIds {
 public:
  /// False: it was there already.
  bool insert(std::uint64_t hash) {
    if (hash == 0) hash = 1;  // 0 is an empty place
    if (elder_.contains(hash) || !young_.insert(hash)) return false;
    if (young_.count == seen_ids_kept) {
      elder_ = std::exchange(young_, {});
    }
    return true;
  }

 private:
  /// Open addressing with at most three places in four taken.
  struct Table {
    [[nodiscard]] std::size_t place_of(std::uint64_t hash) const {
      const std::size_t mask = places.size() - 1;
      std::size_t at = hash & mask;
      while (places[at] != 0 && places[at] != hash) at = (at + 1) & mask;
      return at;
    }
    [[nodiscard]] bool contains(std::uint64_t hash) const {
      return !places.empty() && places[place_of(hash)] == hash;
    }
    bool insert(std::uint64_t hash) {
      if (contains(hash)) return false;
      if (places.size() * 3 <= (count + std::size_t{1}) * 4) grow();
      places[place_of(hash)] = hash;
      ++count;
      return true;
    }
    void grow() {
      auto before =
          std::exchange(places, std::vector<std::uint64_t>(places.empty() ? 8 : places.size() * 2));
      for (const auto hash : before) {
        if (hash != 0) places[place_of(hash)] = hash;
      }
    }

    std::vector<std::uint64_t> places;  // a power of two of them
    std::uint32_t count = 0;
  };

  Table young_;
  Table elder_;
};

}  // namespace mainstay::charging::ocpp
