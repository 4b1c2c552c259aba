#include "platform/secrets/age_file.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "platform/secrets/errc.hpp"
#include "platform/secrets/limits.hpp"
#include "platform/settings/dotenv.hpp"

namespace mainstay::secrets {
namespace {

bool is_there(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

/// Ciphertext and public keys: with the mode that the user's umask gives.
Result<> write_public_file(const std::string& path, const std::string& content) {
  std::ofstream file{path, std::ios::binary | std::ios::trunc};
  file << content;
  file.close();
  if (!file) return Error{Errc::unwritable, path + ": " + std::strerror(errno)};
  return {};
}

}  // namespace

bool AgeFile::exists() const { return is_there(path_); }

Result<> AgeFile::make_recipients() const {
  MS_TRY(const auto own, age_->own_recipient());
  return write_public_file(recipients_path(),
                           "# Who can open " + std::filesystem::path{path_}.filename().string() +
                               ", one recipient a line; `mainstay secrets edit` seals it to all of "
                               "them.\n" +
                               own + "\n");
}

Result<> AgeFile::seal(const std::string& plain) const {
  if (plain.size() > value_bytes_max) return Error{Errc::too_large, "longer than 65536 bytes"};
  const auto parsed = settings::parse_dotenv(plain, "line");
  if (parsed.has_error()) return Error{Errc::malformed, parsed.error().detail()};
  if (!is_there(recipients_path())) MS_TRY_VOID(make_recipients());
  MS_TRY(const auto sealed, age_->encrypt(plain, recipients_path()));
  const std::string next = path_ + ".new";
  const auto give_up = [&next](Error why) {
    std::remove(next.c_str());
    return why;
  };
  MS_TRY_VOID(write_public_file(next, sealed));
  const auto opened = age_->decrypt(next);
  if (opened.has_error() || *opened != plain) {
    return give_up(Error{Errc::refused, "your identity is not among " + recipients_path() +
                                            ": add what age-keygen -y says of it"});
  }
  if (std::rename(next.c_str(), path_.c_str()) != 0) {
    return give_up(Error{Errc::unwritable, path_ + ": " + std::strerror(errno)});
  }
  return {};
}

}  // namespace mainstay::secrets
