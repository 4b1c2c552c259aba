#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.hpp"
#include "base/locked.hpp"

namespace mainstay::apim {

/// How often who may try to sign in: Limits::sign_in_attempts_max in Limits::sign_in_window for one
/// peer, which is an IPv4 address or the /64 network of an IPv6 one. Remembers
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

/// What counts as one peer.
std::string peer_group(std::string_view address);

}  // namespace mainstay::apim
