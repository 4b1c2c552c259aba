#include "apps/kit/outbound/git.hpp"

#include <algorithm>
#include <fstream>
#include <stdlib.h>
#include <system_error>
#include <utility>

#include "apps/kit/errc.hpp"
#include "apps/kit/limits.hpp"
#include "base/text.hpp"
#include "platform/process/process.hpp"

namespace mainstay::kit {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t commit_digits = 40;
constexpr std::size_t url_bytes_max = 1'000;
constexpr std::size_t list_bytes_max = 1U << 20U;
constexpr std::size_t repository_bytes_max = 256U << 20U;  // of each of its files
constexpr int conflicts_most = 127;                        // what git merge-file counts up to

Error refused(const std::string& why) { return {Errc::template_refused, why}; }

bool is_commit(std::string_view text) {
  const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return text.size() == commit_digits && std::ranges::all_of(text, is_digit);
}

/// git@host:path, as git reads it.
bool is_short_ssh(std::string_view text) {
  const std::size_t colon = text.find(':');
  const std::size_t at = text.find('@');
  return colon != std::string_view::npos && at < colon && text.find('/') > colon &&
         text.find("://") == std::string_view::npos;
}

/// Gone at the end.
class Folder {
 public:
  Folder() {
    std::error_code ignored;
    path_ = (fs::temp_directory_path(ignored) / "mainstay-XXXXXX").string();
    if (::mkdtemp(path_.data()) == nullptr) path_.clear();
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

constexpr Millis own_deadline{60'000};     // on this machine
constexpr Millis fetch_deadline{600'000};  // a slow network; a dead one is noticed before

process::Command git(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "git");
  return {.arguments = std::move(arguments), .deadline = own_deadline};
}

/// git as it is run against what strangers made: no hooks, no other transports, no questions, no
/// files beyond a bound.
process::Command careful(std::vector<std::string> arguments) {
  process::Command command{
      .arguments = {"prlimit",
                    "--fsize=" + std::to_string(repository_bytes_max),
                    "env",
                    "GIT_TERMINAL_PROMPT=0",
                    "git",
                    "-c",
                    "core.hooksPath=/dev/null",
                    "-c",
                    "protocol.allow=never",
                    "-c",
                    "protocol.https.allow=always",
                    "-c",
                    "protocol.ssh.allow=always",
                    "-c",
                    "protocol.file.allow=always",  // parse_git_source() decides
                    "-c",
                    "http.followRedirects=initial",
                    "-c",
                    "http.lowSpeedLimit=1000",
                    "-c",
                    "http.lowSpeedTime=30"},
      .deadline = fetch_deadline};
  command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
  return command;
}

Result<std::string> said(const process::Command& what) {
  MS_TRY(auto done, process::run(what));
  if (done.good()) return std::move(done.output);
  const std::string why{trimmed(done.errors)};
  return Error{Errc::git, why.empty() ? "it ended with " + std::to_string(done.status) : why};
}

struct Entry {
  std::string mode, kind, object, path;
  std::uint64_t bytes = 0;
};

/// A line of `git ls-tree -r -z -l`: "100644 blob HASH    SIZE\tPATH".
Result<Entry> parse_entry(std::string_view line) {
  const std::size_t tab = line.find('\t');
  std::vector<std::string_view> words;
  for (const std::string_view word : split(line.substr(0, std::min(tab, line.size())), ' ')) {
    if (!word.empty()) words.push_back(word);
  }
  if (tab == std::string_view::npos || words.size() != 4) {
    return Error{Errc::git, "cannot read the list of files"};
  }
  Entry entry{std::string{words[0]}, std::string{words[1]}, std::string{words[2]},
              std::string{line.substr(tab + 1)}};
  entry.bytes = parse_u64(words[3]).value_or(0);
  return entry;
}

Result<> check_entry(const Entry& entry) {
  MS_TRY_VOID(check_path(entry.path));
  if (entry.mode == "120000") return refused(entry.path + ": is a link; templates hold files only");
  if (entry.kind != "blob") return refused(entry.path + ": is no file");
  if (entry.bytes > limits.file_bytes_max) return refused(entry.path + ": is larger than 1 MiB");
  return {};
}

Result<std::vector<Entry>> list(const std::string& repository, const std::string& commit) {
  auto listing = careful({"-C", repository, "ls-tree", "-r", "-z", "-l", "--full-tree", commit});
  listing.output_bytes_max = list_bytes_max;
  MS_TRY(const auto text, said(listing));
  std::vector<Entry> entries;
  std::uint64_t bytes = 0;
  for (const std::string_view line : split(text, '\0')) {
    if (line.empty()) continue;
    MS_TRY(auto entry, parse_entry(line));
    MS_TRY_VOID(check_entry(entry));
    bytes += entry.bytes;
    entries.push_back(std::move(entry));
  }
  if (entries.size() > limits.files_max) return refused("it holds more than 1,000 files");
  if (bytes > limits.tree_bytes_max) return refused("it holds more than 16 MiB");
  return entries;
}

Result<> write(const std::string& path, const std::string& text) {
  std::ofstream out{path, std::ios::binary};
  out << text;
  if (!out.flush()) return Error{Errc::io, path + " cannot be written"};
  return {};
}

}  // namespace

bool is_git_source(std::string_view text) {
  return text.find("://") != std::string_view::npos || is_short_ssh(text);
}

Result<GitSource> parse_git_source(std::string_view text, bool local_too) {
  const std::size_t hash = std::min(text.rfind('#'), text.size());
  GitSource source{std::string{text.substr(0, hash)}, ""};
  if (source.url.size() > url_bytes_max) return refused("the address is too long");
  const auto is_plain = [](char c) { return c > ' ' && c < 127; };
  if (!std::ranges::all_of(source.url, is_plain) || source.url.starts_with('-')) {
    return refused("the address holds characters that it may not");
  }
  const bool is_local = source.url.starts_with("file://");
  if (!source.url.starts_with("https://") && !source.url.starts_with("ssh://") &&
      !is_short_ssh(source.url) && !(is_local && local_too)) {
    return refused(is_local ? "file:// needs --allow-local"
                            : "an address begins with https:// or ssh://, or is git@host:path");
  }
  if (hash == text.size()) return source;
  source.commit = std::string{text.substr(hash + 1)};
  if (!is_commit(source.commit)) {
    return refused("behind # belongs a whole commit, 40 hexadecimal digits, which nobody can move");
  }
  return source;
}

Result<std::string> current_commit(const GitSource& source) {
  MS_TRY(const auto text, said(careful({"ls-remote", "--", source.url, "HEAD"})));
  const std::string commit = text.substr(0, commit_digits);
  if (!is_commit(commit)) return Error{Errc::git, source.url + " has no branch of its own"};
  return commit;
}

Result<Tree> fetch(const GitSource& source) {
  const Folder folder;
  if (folder.path().empty()) return Error{Errc::io, "no temporary folder can be made"};
  const std::string repository = folder.path() + "/repository";
  MS_TRY_VOID(
      said(careful({"clone", "--quiet", "--bare", "--template=", "--", source.url, repository})));
  const auto has_it = careful({"-C", repository, "cat-file", "-e", source.commit + "^{commit}"});
  if (said(has_it).has_error()) {
    return refused(source.url + " has no commit " + source.commit);
  }
  MS_TRY(const auto entries, list(repository, source.commit));
  Tree tree;
  for (const Entry& entry : entries) {
    auto reading = careful({"-C", repository, "cat-file", "blob", entry.object});
    reading.output_bytes_max = limits.file_bytes_max;
    MS_TRY(auto text, said(reading));
    tree.emplace(entry.path, File{std::move(text), entry.mode == "100755"});
  }
  return tree;
}

Result<> check_clean(const fs::path& root) {
  MS_TRY(const auto done,
         process::run(git({"-C", root.string(), "status", "--porcelain", "--", "."})));
  if (!done.good()) {
    return Error{Errc::unclean,
                 "the project is in no git repository, so nothing could be taken back"};
  }
  if (done.output.empty()) return {};
  std::string first = done.output.substr(0, done.output.find('\n'));
  return Error{Errc::unclean, "git status shows " + std::string{trimmed(first)}};
}

Result<Merged> merge_texts(const std::string& base, const std::string& ours,
                           const std::string& theirs) {
  const Folder folder;
  if (folder.path().empty()) return Error{Errc::io, "no temporary folder can be made"};
  MS_TRY_VOID(write(folder.path() + "/base", base));
  MS_TRY_VOID(write(folder.path() + "/ours", ours));
  MS_TRY_VOID(write(folder.path() + "/theirs", theirs));
  auto merging = git({"-C", folder.path(), "merge-file", "-p", "--diff3", "-L", "this project",
                      "-L", "template before", "-L", "template now", "ours", "base", "theirs"});
  merging.output_bytes_max = limits.merged_bytes_max;
  MS_TRY(auto done, process::run(merging));
  if (done.status > conflicts_most) {
    return Error{Errc::git, std::string{trimmed(done.errors)}};
  }
  return Merged{std::move(done.output), done.status > 0};
}

}  // namespace mainstay::kit
