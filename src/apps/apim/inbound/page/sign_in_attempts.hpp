#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.hpp"
#include "base/locked.hpp"

namespace mainstay::apim {

/// How often who may try to sign in: Limits::sign_in_attempts_max in Limits::sign_in_window for one
/// peer (http::client_group). Remembers
/// Limits::sign_in_peers_max of them; beyond, the one goes whose window began first. Any thread.
class SignInAttempts {
 public:
  /// Counts an attempt. Zero: it may be made; else how long to wait for the next, and this one is
  /// refused whatever it says.
  Seconds begin(std::string_view peer, SystemTime now);
  /// The attempt was good: what was counted of this peer is forgotten.
  void succeeded(std::string_view peer);

  [[nodiscard]] std::size_t size() const;

 private:
  struct Window {
    SystemTime begin;
    std::size_t count = 0;
  };
  using Map = std::unordered_map<std::string, Window>;
  static void make_room(Map& peers, SystemTime now);

  Locked<Map> peers_;
};

}  // namespace mainstay::apim
