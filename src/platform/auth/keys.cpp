#include "platform/auth/keys.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>
#include <utility>

#include "base/check.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "platform/auth/errc.hpp"
#include "platform/tls/hmac.hpp"

namespace mainstay::auth {
namespace {

constexpr std::size_t key_digits = 64;
constexpr std::size_t setting_min = 32;
constexpr std::string_view api_prefix = "mst_";

const unsigned char* raw(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* raw(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

Error failed(const std::filesystem::path& path, std::string_view what) {
  return Error{Errc::key_file, path.string().append(": ").append(what)};
}

/// A file descriptor's end.
struct Closer {
  int descriptor;
  ~Closer() { ::close(descriptor); }
};

Result<> write_whole(const std::filesystem::path& path, std::string_view text) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) return failed(path, std::strerror(errno));
  const Closer closer{descriptor};
  const auto written = ::write(descriptor, text.data(), text.size());
  if (written != static_cast<ssize_t>(text.size()) || ::fsync(descriptor) != 0) {
    return failed(path, std::strerror(errno));
  }
  return {};
}

/// Written beside and linked, so that it appears whole, and one of two processes wins.
Result<> make_key_file(const std::filesystem::path& path) {
  const std::filesystem::path draft = path.string() + "." + secret_hex(8);
  auto written = write_whole(draft, secret_hex(key_digits / 2) + "\n");
  if (written.has_value() && ::link(draft.c_str(), path.c_str()) != 0 && errno != EEXIST) {
    written = failed(path, std::strerror(errno));
  }
  ::unlink(draft.c_str());
  return written;
}

Result<std::string> read_key_file(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return failed(path, std::strerror(errno));
  const Closer closer{descriptor};
  std::string text(key_digits + 2, '\0');
  const auto size = ::read(descriptor, text.data(), text.size());
  if (size < 0) return failed(path, std::strerror(errno));
  text.resize(static_cast<std::size_t>(size));
  text = trimmed(text);
  if (text.size() != key_digits) {
    return failed(path,
                  "does not hold 64 hexadecimal digits; bring the right file back. Without it all "
                  "sessions, API tokens, links and authenticators end: if that is meant, remove "
                  "the file, and the next start makes a new one");
  }
  return text;
}

}  // namespace

Keys::Keys(std::string_view secret)
    : hash_key_(tls::hmac_sha256(secret, "hash")),
      link_key_(tls::hmac_sha256(secret, "link")),
      seal_key_(tls::hmac_sha256(secret, "seal")) {
  MS_CHECK(secret.size() >= setting_min);
  MS_CHECK(::sodium_init() >= 0);
}

Result<Keys> Keys::open(std::string_view setting, const std::filesystem::path& folder) {
  if (!setting.empty()) {
    if (setting.size() >= setting_min) return Keys{setting};
    return Error{Errc::key_file,
                 "auth.key needs at least 32 characters, from `openssl rand -hex "
                 "32` for example"};
  }
  const std::filesystem::path path = folder / "auth.key";
  if (::access(path.c_str(), F_OK) != 0) MS_TRY_VOID(make_key_file(path));
  MS_TRY(const std::string secret, read_key_file(path));
  return Keys{secret};
}

std::string Keys::hash(std::string_view kind, std::string_view secret) const {
  return hexadecimal(tls::hmac_sha256(hash_key_, std::string{kind}.append(" ").append(secret)));
}

std::string Keys::sign(const Link& link) const {
  const std::string part = signed_part(link);
  return part + "-" + hexadecimal(tls::hmac_sha256(link_key_, part));
}

Result<Link> Keys::verify(std::string_view token, SystemTime now) const {
  MS_TRY(auto received, parse_link(token));
  const std::string made = hexadecimal(tls::hmac_sha256(link_key_, received.signed_text));
  if (!equals_in_constant_time(made, received.signature)) {
    return Error{Errc::link_invalid, "copy the whole of it, to its last character"};
  }
  if (now >= received.link.expires) return Error{Errc::link_expired, "ask for a new one"};
  return std::move(received.link);
}

std::string Keys::seal(std::string_view plain) const {
  std::string out(crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + plain.size(), '\0');
  ::randombytes_buf(out.data(), crypto_secretbox_NONCEBYTES);
  ::crypto_secretbox_easy(raw(out) + crypto_secretbox_NONCEBYTES, raw(plain), plain.size(),
                          raw(std::as_const(out)), raw(std::as_const(seal_key_)));
  return base64_encode(out);
}

std::string Keys::unseal(std::string_view sealed) const {
  constexpr std::size_t around = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
  const std::string box = base64_decode(sealed).value_or("");
  if (box.size() < around) return {};
  std::string out(box.size() - around, '\0');
  const int opened = ::crypto_secretbox_open_easy(raw(out), raw(box) + crypto_secretbox_NONCEBYTES,
                                                  box.size() - crypto_secretbox_NONCEBYTES,
                                                  raw(box), raw(std::as_const(seal_key_)));
  return opened == 0 ? out : std::string{};
}

std::string new_session_token() { return secret_hex(32); }

std::string new_api_token() { return std::string{api_prefix} + secret_hex(32); }

bool looks_like_api_token(std::string_view text) {
  return text.starts_with(api_prefix) && text.size() == api_prefix.size() + 64;
}

std::string new_id() { return secret_hex(16); }

}  // namespace mainstay::auth
