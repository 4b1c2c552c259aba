#include "apps/apim/inbound/page/sign_in_attempts.hpp"

#include <algorithm>
#include <chrono>

#include "apps/apim/limits.hpp"
#include "platform/http/client_group.hpp"

namespace mainstay::apim {
namespace {

bool is_over(SystemTime begin, SystemTime now) {
  return now < begin || now - begin >= Limits::sign_in_window;
}

}  // namespace

Seconds SignInAttempts::begin(std::string_view peer, SystemTime now) {
  std::string place = http::client_group(peer);
  auto peers = peers_.lock();
  auto found = peers->find(place);
  if (found == peers->end()) {
    make_room(*peers, now);
    found = peers->emplace(std::move(place), Window{now}).first;
  } else if (is_over(found->second.begin, now)) {
    found->second = {now};
  }
  Window& window = found->second;
  if (window.count < Limits::sign_in_attempts_max) {
    ++window.count;
    return Seconds{0};
  }
  return std::chrono::ceil<Seconds>(window.begin + Limits::sign_in_window - now);
}

void SignInAttempts::succeeded(std::string_view peer) {
  auto peers = peers_.lock();
  peers->erase(http::client_group(peer));
}

std::size_t SignInAttempts::size() const {
  auto peers = peers_.lock();
  return peers->size();
}

void SignInAttempts::make_room(Map& peers, SystemTime now) {
  if (peers.size() < Limits::sign_in_peers_max) return;
  std::erase_if(peers, [now](const auto& one) { return is_over(one.second.begin, now); });
  if (peers.size() < Limits::sign_in_peers_max) return;
  peers.erase(
      std::ranges::min_element(peers, {}, [](const auto& one) { return one.second.begin; }));
}

}  // namespace mainstay::apim
