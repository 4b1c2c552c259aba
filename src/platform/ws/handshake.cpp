#include "platform/ws/handshake.hpp"

#include <algorithm>
#include <array>

#include <openssl/sha.h>

#include "base/text.hpp"

namespace mainstay::ws {

namespace {

constexpr std::string_view accept_guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr std::size_t key_bytes = 16;

constexpr Handshake::Refusal not_an_upgrade{
    426, "upgrade_required",
    "this address speaks WebSocket: send Upgrade: websocket over HTTP/1.1"};
constexpr Handshake::Refusal wrong_version{426, "websocket_version",
                                           "send Sec-WebSocket-Version: 13"};
constexpr Handshake::Refusal bad_key{400, "handshake_invalid",
                                     "Sec-WebSocket-Key must be there once, as 16 bytes in base64"};
constexpr Handshake::Refusal bad_extensions{400, "handshake_invalid",
                                            "Sec-WebSocket-Extensions cannot be parsed"};

bool lists(const http::Request& request, std::string_view header, std::string_view element) {
  return std::ranges::any_of(list_elements(request, header), [&](std::string_view one) {
    return equals_ignoring_case(one, element);
  });
}

std::size_t lines_of(const http::Request& request, std::string_view header) {
  return static_cast<std::size_t>(std::ranges::count_if(
      request.headers, [&](const auto& line) { return equals_ignoring_case(line.name, header); }));
}

std::string joined(const http::Request& request, std::string_view header) {
  std::string all;
  for (const auto& line : request.headers) {
    if (equals_ignoring_case(line.name, header)) all.append(line.value).append(", ");
  }
  return all;
}

}  // namespace

Handshake parse_handshake(const http::Request& request) {
  if (request.method != http::Method::get || !request.http_1_1 ||
      !lists(request, "Upgrade", "websocket") || !lists(request, "Connection", "upgrade")) {
    return {not_an_upgrade};
  }
  if (lines_of(request, "Sec-WebSocket-Version") != 1 ||
      request.header("Sec-WebSocket-Version") != "13") {
    return {wrong_version};
  }
  const auto key = request.header("Sec-WebSocket-Key");
  const auto decoded = base64_decode(key);
  if (lines_of(request, "Sec-WebSocket-Key") != 1 || !decoded || decoded->size() != key_bytes) {
    return {bad_key};
  }
  const auto offers = parse_extension_offers(joined(request, "Sec-WebSocket-Extensions"));
  if (!offers.well_formed) return {bad_extensions};
  return {std::nullopt, key, offers.deflate};
}

std::string accept_value(std::string_view key) {
  const auto text = std::string{key}.append(accept_guid);
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest;
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return base64_encode({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::vector<std::string_view> list_elements(const http::Request& request, std::string_view header) {
  std::vector<std::string_view> elements;
  for (const auto& line : request.headers) {
    if (!equals_ignoring_case(line.name, header)) continue;
    for (const auto part : split(line.value, ',')) {
      if (const auto element = trimmed(part); !element.empty()) elements.push_back(element);
    }
  }
  return elements;
}

}  // namespace mainstay::ws
