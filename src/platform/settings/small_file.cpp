#include "platform/settings/small_file.hpp"

#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

#include "platform/settings/settings.hpp"

namespace mainstay::settings {

Result<std::optional<std::string>> read_small_file(const std::string& path) {
  const auto failed = [&path](int reason) {
    return Error{Errc::bad_file, path + ": " + std::generic_category().message(reason)};
  };
  struct Close {
    void operator()(std::FILE* file) const { (void)std::fclose(file); }
  };
  const std::unique_ptr<std::FILE, Close> file{std::fopen(path.c_str(), "rbe")};
  if (!file) {
    if (errno == ENOENT || errno == ENOTDIR) return std::optional<std::string>{};
    return failed(errno);
  }
  std::string text(file_bytes_max + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get()) != 0) return failed(errno);
  if (text.size() > file_bytes_max) {
    return Error{Errc::bad_file,
                 path + ": longer than " + std::to_string(file_bytes_max) + " bytes"};
  }
  return std::optional<std::string>{std::move(text)};
}

}  // namespace mainstay::settings
