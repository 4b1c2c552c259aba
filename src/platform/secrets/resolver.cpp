#include "platform/secrets/resolver.hpp"

#include <cstdint>

#include "base/bytes.hpp"
#include "base/crc32c.hpp"
#include "base/secret_text.hpp"
#include "base/text.hpp"
#include "platform/secrets/errc.hpp"
#include "platform/secrets/limits.hpp"
#include "platform/settings/dotenv.hpp"
#include "platform/settings/small_file.hpp"

namespace mainstay::secrets {
namespace {

std::string hexadecimal(std::uint32_t number) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (int shift = 28; shift >= 0; shift -= 4) out.push_back(digits[(number >> shift) & 15U]);
  return out;
}

}  // namespace

Resolver::~Resolver() {
  for (auto& [reference, value] : known_) overwrite_text(value);
  for (auto& [path, content] : decrypted_) overwrite_text(content);
}

Result<std::string> Resolver::read(const std::string& reference) {
  const auto known = known_.find(reference);
  if (known != known_.end()) return known->second;
  if (known_.size() >= references_max) {
    return Error{Errc::too_large, "more than 256 references are in use"};
  }
  MS_TRY(auto value, read_new(reference));
  return known_.emplace(reference, std::move(value)).first->second;
}

Result<std::string> Resolver::read_new(const std::string& text) {
  MS_TRY(const auto reference, parse_reference(text));
  MS_TRY(auto content, content_of(reference));
  if (content.size() > value_bytes_max) return Error{Errc::too_large, "longer than 65536 bytes"};
  if (reference.destination.kind == Destination::Kind::value) return content;
  return put_into_file(text, reference.destination, content);
}

Result<std::string> Resolver::content_of(const Reference& reference) {
  switch (reference.scheme) {
    case Scheme::env:
      return read_variable(reference.place);
    case Scheme::file:
      return read_secret_file(reference.place);
    case Scheme::age:
      return read_age(reference);
    case Scheme::berglas:
      return google_.read_berglas(reference);
    case Scheme::sm:
      return google_.read_secret_manager(reference);
  }
  return Error{Errc::bad_reference};
}

Result<std::string> Resolver::read_variable(const std::string& name) const {
  const auto at = options_.variables.find(name);
  if (at == options_.variables.end()) return Error{Errc::unavailable, "the variable is not set"};
  return at->second;
}

Result<std::string> Resolver::read_age(const Reference& reference) {
  auto known = decrypted_.find(reference.place);
  if (known == decrypted_.end()) {
    MS_TRY(auto content, age_.decrypt(reference.place));
    known = decrypted_.emplace(reference.place, std::move(content)).first;
  }
  if (reference.name.empty()) return known->second;
  MS_TRY(const auto values, settings::parse_dotenv(known->second, reference.place));
  for (const settings::NamedValue& one : values) {
    if (one.name == reference.name) return one.value;
  }
  return Error{Errc::unavailable,
               "the file has no " + reference.name + "; `mainstay secrets edit` adds it"};
}

/// A tempfile's name comes from the reference and the content, so that a restart finds its own
/// again, and what was rotated does not change under who reads the former one.
Result<std::string> Resolver::put_into_file(const std::string& text, const Destination& destination,
                                            const std::string& content) {
  std::string path = destination.path;
  if (destination.kind == Destination::Kind::temporary_file) {
    MS_TRY(path, private_folder(options_.owner));
    path += "/secret-" + hexadecimal(crc32c(as_bytes(text))) +
            hexadecimal(crc32c(as_bytes(content), crc32c(as_bytes(text))));
  }
  MS_TRY_VOID(write_private_file(path, content, options_.owner));
  return path;
}

Result<std::string> read_secret_file(const std::string& path) {
  auto text = settings::read_small_file(path);
  if (text.has_error()) return Error{Errc::unavailable, text.error().detail()};
  if (!text->has_value()) return Error{Errc::unavailable, "the file does not exist"};
  std::string secret = **std::move(text);
  for (const std::string_view end : {"\r\n", "\n"}) {
    if (!secret.ends_with(end)) continue;
    secret.resize(secret.size() - end.size());
    break;
  }
  return secret;
}

}  // namespace mainstay::secrets
