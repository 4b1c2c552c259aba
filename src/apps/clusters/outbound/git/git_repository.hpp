#pragma once

#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "apps/clusters/outbound/git/git_program.hpp"
#include "apps/clusters/ports/repository.hpp"

namespace mainstay::clusters {

/// Who commits: the service's identity, not the human's, who stands in the message.
struct GitIdentity {
  std::string name = "Mainstay";
  std::string email = "mainstay@localhost";
  std::string signing_key = {};  // path of an SSH private key; empty: commits are not signed
};

struct GitRepositoryOptions {
  std::string url;  // https://, ssh://, file://, or user@host:path
  std::string base = "main";
  std::filesystem::path mirror;  // of the bare mirror: ours alone, made when it is missing
  GitIdentity identity = {};
};

/// https, ssh and file only, without credentials in it. Errc::field_invalid.
Result<> check_remote_url(std::string_view url);

/// Repository by the git program: a bare mirror that has the base branch, from its tip at the first
/// read on. Trees are made in it directly, without a work tree, so that nothing a change names can
/// leave it. Whatever was left by a process that died is cleared away at the first use. Thread:
/// any, one call at a time.
class GitRepository final : public Repository {
 public:
  using Credentials = std::function<Result<GitCredentials>()>;
  GitRepository(const GitProgram& git, GitRepositoryOptions options, Credentials credentials);

  Result<RepositoryView> read(std::string_view folder) override;
  Result<Pushed> push(const ChangeRequest& request, const std::string& branch) override;
  Result<bool> contains(const std::string& descendant, const std::string& ancestor) override;
  [[nodiscard]] const std::string& base_branch() const override { return options_.base; }

 private:
  [[nodiscard]] GitCall call(std::vector<std::string> arguments) const;
  Result<GitCall> remote_call(std::vector<std::string> arguments) const;
  Result<> prepare();
  Result<std::string> fetch_base();
  Result<> check_places(const std::string& base, const Change& change) const;
  Result<std::string> make_tree(const ChangeRequest& request, const std::string& base) const;
  Result<std::string> make_commit(const ChangeRequest& request, const std::string& tree,
                                  const std::string& base) const;
  Result<std::string> push_base(const std::string& commit) const;
  Result<std::string> push_branch(const std::string& commit, const std::string& branch,
                                  const Change& change) const;
  /// Of the remote; empty: no such branch.
  Result<std::string> remote_tip(const std::string& branch) const;
  Result<bool> has_files(const std::string& commit, const Change& change) const;
  /// Exit status 0: it was taken; else how it was not.
  Result<process::Finished> send(const std::string& commit, const std::string& branch,
                                 const std::optional<std::string>& expected) const;

  const GitProgram& git_;
  const GitRepositoryOptions options_;
  const Credentials credentials_;
  std::mutex one_at_a_time_;
  bool is_prepared_ = false;
};

}  // namespace mainstay::clusters
