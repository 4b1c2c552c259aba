#include "platform/mail/address.hpp"

#include <algorithm>
#include <cstddef>

#include "base/text.hpp"

namespace mainstay::mail {
namespace {

constexpr std::size_t address_bytes_max = 254;  // RFC 5321: a path of 256 with its brackets
constexpr std::size_t name_bytes_max = 64;
constexpr std::size_t label_bytes_max = 63;
constexpr std::size_t display_bytes_max = 200;

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_atom(std::string_view atom) {
  return !atom.empty() && std::ranges::all_of(atom, [](char c) {
    return is_letter_or_digit(c) ||
           std::string_view{"!#$%&'*+-/=?^_`{|}~"}.find(c) != std::string_view::npos;
  });
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= label_bytes_max && label.front() != '-' &&
         label.back() != '-' &&
         std::ranges::all_of(label, [](char c) { return is_letter_or_digit(c) || c == '-'; });
}

}  // namespace

const ErrorRow& error_row(Errc code) {
  static constexpr ErrorRow rows[] = {
      {"mail_refused", "this message cannot be sent", 400, Retry::no},
      {"mail_temporary", "the message could not be sent, later it may", 503, Retry::yes},
      {"mail_permanent", "the mail server refuses the message", 502, Retry::no},
  };
  return rows[static_cast<std::size_t>(code) - 1];
}

bool is_address(std::string_view address) {
  const std::size_t at = address.rfind('@');
  if (address.size() > address_bytes_max || at == address.npos || at > name_bytes_max) return false;
  const std::string_view domain = address.substr(at + 1);
  const auto labels = split(domain, '.');
  return std::ranges::all_of(split(address.substr(0, at), '.'), is_atom) &&
         std::ranges::all_of(labels, is_label) && (labels.size() > 1 || domain == "localhost");
}

std::optional<Mailbox> parse_mailbox(std::string_view text) {
  text = trimmed(text);
  if (!text.ends_with('>')) {
    if (!is_address(text)) return std::nullopt;
    return Mailbox{{}, std::string{text}};
  }
  const std::size_t open = text.rfind('<');
  if (open == text.npos) return std::nullopt;
  std::string_view name = trimmed(text.substr(0, open));
  if (name.size() >= 2 && name.starts_with('"') && name.ends_with('"')) {
    name = name.substr(1, name.size() - 2);
  }
  const std::string_view address = text.substr(open + 1, text.size() - open - 2);
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (!is_address(address) || name.size() > display_bytes_max || !is_valid_utf8(name) ||
      std::ranges::any_of(name, is_control)) {
    return std::nullopt;
  }
  return Mailbox{std::string{name}, std::string{address}};
}

}  // namespace mainstay::mail
