#include "apps/clusters/outbound/git/git_repository.hpp"

#include <algorithm>
#include <set>
#include <system_error>
#include <utility>

#include "apps/clusters/errc.hpp"
#include "apps/clusters/limits.hpp"
#include "base/text.hpp"

namespace mainstay::clusters {
namespace {

constexpr std::string_view base_ref = "refs/mainstay/base";

/// One line of `git ls-tree -z -l`: "100644 blob HASH SIZE\tPATH".
struct TreeEntry {
  std::string_view mode;
  std::string_view hash;
  std::size_t bytes = 0;
  std::string_view path;
};

std::vector<TreeEntry> parse_tree_list(std::string_view text) {
  std::vector<TreeEntry> out;
  for (const std::string_view line : split(text, '\0')) {
    const std::size_t tab = line.find('\t');
    if (tab == std::string_view::npos) continue;
    std::vector<std::string_view> words;
    for (const std::string_view word : split(line.substr(0, tab), ' ')) {
      if (!word.empty()) words.push_back(word);
    }
    if (words.size() < 3) continue;
    TreeEntry entry{words[0], words[2], 0, line.substr(tab + 1)};
    if (words.size() > 3) entry.bytes = parse_u64(words[3]).value_or(0);
    out.push_back(entry);
  }
  return out;
}

bool is_plain_file(std::string_view mode) { return mode == "100644" || mode == "100755"; }

std::string seconds_of(SystemTime at) {
  return std::to_string(std::chrono::floor<Seconds>(at).time_since_epoch().count());
}

std::string first_line(std::string text) {
  text.resize(std::min(text.size(), text.find('\n')));
  return text;
}

bool is_commit_id(std::string_view text) {
  return (text.size() == 40 || text.size() == 64) && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

/// What fast-import is told: the files on top of that commit, on a reference of the request's own.
std::string import_stream(const ChangeRequest& request, const std::string& base,
                          const std::string& reference) {
  std::string out = "commit " + reference + "\ncommitter Mainstay <mainstay@localhost> " +
                    seconds_of(request.created_at) + " +0000\ndata 0\n\nfrom " + base + '\n';
  for (const FileChange& file : request.change.files) {
    if (!file.content) {
      out += "D " + fast_import_path(file.path) + '\n';
      continue;
    }
    out += "M 100644 inline " + fast_import_path(file.path) + "\ndata " +
           std::to_string(file.content->size()) + '\n' + *file.content + '\n';
  }
  return out + "\ndone\n";
}

/// What is left of a process that died: locks that nobody holds, packs that never became whole.
void clear_leftovers(const std::filesystem::path& mirror) {
  std::error_code failed;
  std::vector<std::filesystem::path> dead;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(mirror, failed)) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with(".lock") || name.starts_with("tmp_")) dead.push_back(entry.path());
  }
  for (const auto& path : dead) std::filesystem::remove_all(path, failed);
}

bool was_rejected(const process::Finished& finished) {
  return finished.output.find("[rejected]") != std::string::npos ||
         finished.output.find("[remote rejected] (failed to update ref)") != std::string::npos ||
         finished.errors.find("cannot lock ref") != std::string::npos;
}

}  // namespace

Result<> check_remote_url(std::string_view url) {
  const auto refused = [](std::string_view why) {
    return Error{Errc::field_invalid, "the repository's address " + std::string{why}};
  };
  if (url.empty() || url.size() > 2'048 || url.find_first_of(" \t\r\n\"'\\") != url.npos) {
    return refused("is empty, too long, or has blanks or quotes");
  }
  if (url.starts_with('-')) return refused("begins with '-'");
  const std::size_t scheme = url.find("://");
  const std::string_view kind = scheme == url.npos ? "" : url.substr(0, scheme);
  const std::size_t at = url.find('@');
  if (kind == "https" || kind == "file") {
    if (kind == "https" && at < url.find('/', scheme + 3)) {
      return refused("holds credentials; use apps.clusters.forge_user and forge_token");
    }
    return {};
  }
  const std::size_t who = kind == "ssh" ? scheme + 3 : 0;
  if ((kind == "ssh" || kind.empty()) && at < url.find('/', who) && url.find(':', who) < at) {
    return refused("holds a password; use apps.clusters.ssh_key");
  }
  if (kind == "ssh") return {};
  if (kind.empty() && at != url.npos && url.find(':', at) != url.npos) return {};  // scp's way
  return refused("must begin with https://, ssh:// or file://, or be user@host:path");
}

GitRepository::GitRepository(const GitProgram& git, GitRepositoryOptions options,
                             Credentials credentials)
    : git_(git), options_(std::move(options)), credentials_(std::move(credentials)) {}

GitCall GitRepository::call(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), "--git-dir=" + options_.mirror.string());
  return {.arguments = std::move(arguments)};
}

Result<GitCall> GitRepository::remote_call(std::vector<std::string> arguments) const {
  GitCall out = call(std::move(arguments));
  if (credentials_) {
    MS_TRY(out.credentials, credentials_());
  }
  return out;
}

Result<> GitRepository::prepare() {
  if (is_prepared_) return {};
  MS_TRY_VOID(check_remote_url(options_.url));
  std::error_code failed;
  if (std::filesystem::exists(options_.mirror / "HEAD", failed)) {
    clear_leftovers(options_.mirror);
    MS_TRY(const process::Finished looked, git_.run(call({"rev-parse", "--is-bare-repository"})));
    is_prepared_ = looked.good() && trimmed(looked.output) == "true";
    if (is_prepared_) return {};
  }
  // Made beside it and moved there whole: a process that dies meanwhile leaves no half of one.
  const std::filesystem::path half = options_.mirror.string() + ".new";
  std::filesystem::remove_all(half, failed);
  std::filesystem::remove_all(options_.mirror, failed);
  std::filesystem::create_directories(options_.mirror.parent_path(), failed);
  GitCall init{.arguments = {"init", "--quiet", "--bare", "--initial-branch=mirror",
                             "--template=", half.string()}};
  MS_TRY_VOID(git_.output(std::move(init)));
  std::filesystem::rename(half, options_.mirror, failed);
  if (failed) {
    return Error{Errc::git_failed, options_.mirror.string() + ": " + failed.message()};
  }
  is_prepared_ = true;
  return {};
}

Result<std::string> GitRepository::fetch_base() {
  MS_TRY_VOID(prepare());
  const std::string reference{base_ref};
  MS_TRY(const process::Finished known, git_.run(call({"rev-parse", "--verify", "-q", reference})));
  std::vector<std::string> arguments{"fetch", "--quiet", "--no-tags", "--no-write-fetch-head",
                                     "--no-recurse-submodules"};
  if (!known.good()) arguments.emplace_back("--depth=1");
  arguments.insert(arguments.end(),
                   {options_.url, "+refs/heads/" + options_.base + ":" + reference});
  MS_TRY(GitCall fetch, remote_call(std::move(arguments)));
  MS_TRY(const process::Finished fetched, git_.run(std::move(fetch)));
  if (!fetched.good()) {
    if (fetched.errors.find("couldn't find remote ref") != std::string::npos) {
      return Error{Errc::forge_refused,
                   "the repository has no branch " + options_.base + "; make its first commit"};
    }
    if (fetched.status == 128 + 25 ||
        fetched.errors.find("died of signal 25") != std::string::npos) {
      return Error{Errc::too_large, "the repository is larger than the bound of " +
                                        std::to_string(git_.options().file_bytes_max) + " bytes"};
    }
    return git_error("git fetch", fetched);
  }
  MS_TRY(std::string tip, git_.output(call({"rev-parse", "--verify", reference})));
  return first_line(std::move(tip));
}

Result<RepositoryView> GitRepository::read(std::string_view folder) {
  const std::lock_guard lock{one_at_a_time_};
  MS_TRY(std::string tip, fetch_base());
  std::vector<std::string> arguments{"ls-tree", "-r", "-z", "-l", "--full-tree", tip};
  if (!folder.empty()) {
    arguments.insert(arguments.end(), {"--", std::string{folder}});
  }
  GitCall list = call(std::move(arguments));
  list.output_bytes_max = 64U << 20U;
  MS_TRY(const std::string listed, git_.output(std::move(list)));
  RepositoryView out{.commit = std::move(tip)};
  std::string wanted;
  std::size_t bytes = 0;
  for (const TreeEntry& entry : parse_tree_list(listed)) {
    if (!is_plain_file(entry.mode)) continue;
    bytes += entry.bytes;
    wanted.append(entry.hash).push_back('\n');
    out.files.push_back({std::string{entry.path}, {}});
  }
  if (out.files.size() > Limits::repository_files_max || bytes > Limits::repository_bytes_max) {
    return Error{Errc::too_large, "the folder has " + std::to_string(out.files.size()) +
                                      " files of " + std::to_string(bytes) + " bytes; at most " +
                                      std::to_string(Limits::repository_files_max) + " and " +
                                      std::to_string(Limits::repository_bytes_max) + " are read"};
  }
  if (out.files.empty()) return out;
  GitCall contents = call({"cat-file", "--batch"});
  contents.input = std::move(wanted);
  contents.output_bytes_max = bytes + out.files.size() * 100;
  MS_TRY(const std::string all, git_.output(std::move(contents)));
  std::string_view rest = all;  // "HASH blob SIZE\n", the content, "\n"
  for (RepositoryFile& file : out.files) {
    const std::size_t line = rest.find('\n');
    if (line == rest.npos) return Error{Errc::git_failed, "git cat-file: it ended early"};
    const std::string_view head = rest.substr(0, line);
    const auto size = parse_u64(head.substr(head.rfind(' ') + 1));
    if (!size || rest.size() < line + *size + 2) {
      return Error{Errc::git_failed, "git cat-file: " + std::string{head.substr(0, 100)}};
    }
    file.content = rest.substr(line + 1, *size);
    rest.remove_prefix(line + *size + 2);
  }
  return out;
}

/// No file may lie where the base has a folder, a link or another repository, nor below a file or a
/// link: no tree could hold both, and whoever checks it out would follow the link.
Result<> GitRepository::check_places(const std::string& base, const Change& change) const {
  std::set<std::string> files;
  std::set<std::string> all;
  for (const FileChange& file : change.files) {
    files.insert(file.path);
    for (std::size_t at = 0; at != std::string::npos; at = file.path.find('/', at + 1)) {
      if (at > 0) all.insert(file.path.substr(0, at));
    }
    all.insert(file.path);
  }
  std::vector<std::string> arguments{"ls-tree", "-z", "--full-tree", base, "--"};
  arguments.insert(arguments.end(), all.begin(), all.end());
  GitCall list = call(std::move(arguments));
  list.arguments.insert(list.arguments.begin(), "--literal-pathspecs");
  list.output_bytes_max = 16U << 20U;
  MS_TRY(const std::string listed, git_.output(std::move(list)));
  for (const TreeEntry& entry : parse_tree_list(listed)) {
    const bool wants_file = files.contains(std::string{entry.path});
    const bool fits = wants_file ? is_plain_file(entry.mode) : entry.mode == "040000";
    if (fits || !all.contains(std::string{entry.path})) continue;
    return Error{Errc::field_invalid,
                 std::string{entry.path} + (wants_file ? " is no plain file in the repository"
                                                       : " is no folder in the repository")};
  }
  return {};
}

Result<std::string> GitRepository::make_tree(const ChangeRequest& request,
                                             const std::string& base) const {
  const std::string reference = "refs/mainstay/work/" + request.id.get();
  GitCall import = call({"fast-import", "--quiet", "--force", "--done", "--date-format=raw"});
  import.input = import_stream(request, base, reference);
  MS_TRY_VOID(git_.output(std::move(import)));
  MS_TRY(std::string tree, git_.output(call({"rev-parse", "--verify", reference + "^{tree}"})));
  MS_TRY_VOID(git_.output(call({"update-ref", "-d", reference})));
  return first_line(std::move(tree));
}

Result<std::string> GitRepository::make_commit(const ChangeRequest& request,
                                               const std::string& tree,
                                               const std::string& base) const {
  const GitIdentity& identity = options_.identity;
  std::vector<std::string> arguments;
  std::vector<std::string> signing;
  if (!identity.signing_key.empty()) {
    arguments = {"-c", "gpg.format=ssh", "-c", "user.signingKey=" + identity.signing_key};
    signing = {"-S"};
  }
  GitCall commit = call({"commit-tree", tree, "-p", base});
  commit.arguments.insert(commit.arguments.begin(), arguments.begin(), arguments.end());
  commit.arguments.insert(commit.arguments.end(), signing.begin(), signing.end());
  commit.arguments.insert(commit.arguments.end(), {"-F", "-"});
  commit.input = commit_message(request);
  const std::string date = "_DATE=" + seconds_of(request.created_at) + " +0000";
  for (const std::string who : {"GIT_AUTHOR", "GIT_COMMITTER"}) {
    commit.environment.push_back(who + "_NAME=" + identity.name);
    commit.environment.push_back(who + "_EMAIL=" + identity.email);
    commit.environment.push_back(who + date);
  }
  MS_TRY(std::string made, git_.output(std::move(commit)));
  return first_line(std::move(made));
}

Result<Repository::Pushed> GitRepository::push(const ChangeRequest& request,
                                               const std::string& branch) {
  const std::lock_guard lock{one_at_a_time_};
  MS_TRY(const std::string base, fetch_base());
  MS_TRY_VOID(check_places(base, request.change));
  MS_TRY(const std::string tree, make_tree(request, base));
  MS_TRY(const std::string there, git_.output(call({"rev-parse", base + "^{tree}"})));
  if (first_line(there) == tree) return Pushed{base, true};
  MS_TRY(const std::string commit, make_commit(request, tree, base));
  if (branch == options_.base) {
    MS_TRY(std::string pushed, push_base(commit));
    return Pushed{std::move(pushed)};
  }
  MS_TRY(std::string pushed, push_branch(commit, branch, request.change));
  return Pushed{std::move(pushed)};
}

Result<process::Finished> GitRepository::send(const std::string& commit, const std::string& branch,
                                              const std::optional<std::string>& expected) const {
  std::vector<std::string> arguments{"push", "--porcelain", "--no-verify"};
  if (expected) {
    arguments.push_back("--force-with-lease=refs/heads/" + branch + ":" + *expected);
  }
  arguments.insert(arguments.end(), {options_.url, commit + ":refs/heads/" + branch});
  MS_TRY(GitCall push, remote_call(std::move(arguments)));
  return git_.run(std::move(push));
}

Result<std::string> GitRepository::push_base(const std::string& commit) const {
  MS_TRY(const process::Finished sent, send(commit, options_.base, std::nullopt));
  if (sent.good()) return commit;
  if (was_rejected(sent)) {
    return Error{Errc::conflict, "somebody else committed to " + options_.base + " meanwhile"};
  }
  return git_error("git push", {sent.status, sent.output, sent.errors + sent.output});
}

Result<std::string> GitRepository::push_branch(const std::string& commit, const std::string& branch,
                                               const Change& change) const {
  MS_TRY(const process::Finished fresh, send(commit, branch, std::string{}));
  if (fresh.good()) return commit;
  if (!was_rejected(fresh)) {
    return git_error("git push", {fresh.status, fresh.output, fresh.errors + fresh.output});
  }
  MS_TRY(const std::string tip, remote_tip(branch));
  if (tip == commit) return commit;
  if (!tip.empty()) {
    MS_TRY(const bool is_there, has_files(tip, change));
    if (is_there) return tip;
  }
  MS_TRY(const process::Finished again, send(commit, branch, tip));
  if (again.good()) return commit;
  if (was_rejected(again)) return Error{Errc::conflict, branch + " changes at the same time"};
  return git_error("git push", {again.status, again.output, again.errors + again.output});
}

Result<std::string> GitRepository::remote_tip(const std::string& branch) const {
  MS_TRY(GitCall look, remote_call({"ls-remote", options_.url, "refs/heads/" + branch}));
  MS_TRY(const std::string listed, git_.output(std::move(look)));
  return listed.substr(0, std::min(listed.size(), listed.find('\t')));
}

Result<bool> GitRepository::has_files(const std::string& commit, const Change& change) const {
  if (!is_commit_id(commit)) return Error{Errc::git_failed, "git ls-remote: no commit"};
  MS_TRY(GitCall fetch, remote_call({"fetch", "--quiet", "--no-tags", "--no-write-fetch-head",
                                     "--depth=1", options_.url, commit}));
  MS_TRY(const process::Finished fetched, git_.run(std::move(fetch)));
  if (!fetched.good()) return false;  // a remote that gives no commits by id: it is pushed anew
  for (const FileChange& file : change.files) {
    GitCall show = call({"cat-file", "blob", commit + ":" + file.path});
    show.output_bytes_max = Limits::change_bytes_max;
    MS_TRY(const process::Finished shown, git_.run(std::move(show)));
    const bool is_same =
        file.content ? shown.good() && shown.output == *file.content : !shown.good();
    if (!is_same) return false;
  }
  return true;
}

Result<bool> GitRepository::contains(const std::string& descendant, const std::string& ancestor) {
  if (!is_commit_id(descendant) || !is_commit_id(ancestor)) return false;
  if (descendant == ancestor) return true;
  const std::lock_guard lock{one_at_a_time_};
  MS_TRY_VOID(prepare());
  const auto ask = [&] {
    return git_.run(call({"merge-base", "--is-ancestor", ancestor, descendant}));
  };
  MS_TRY(process::Finished asked, ask());
  if (asked.status > 1) {  // one of them is newer than what we have
    MS_TRY_VOID(fetch_base());
    MS_TRY(asked, ask());
  }
  return asked.good();
}

}  // namespace mainstay::clusters
