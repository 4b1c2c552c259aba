#pragma once

#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "apps/clusters/outbound/git/git_program.hpp"
#include "apps/clusters/outbound/git/git_repository.hpp"
#include "apps/clusters/ports/forge.hpp"
#include "apps/clusters/ports/review.hpp"
#include "platform/store/store.hpp"

namespace mainstay::clusters {

struct EmbeddedForgeOptions {
  std::filesystem::path repository;  // bare, made with a first commit when it is missing
  std::string base = "main";
  GitIdentity identity = {};
  std::function<std::string(std::int64_t)> url_of = {};  // of a pull request's page
};

/// A forge on a local bare repository: commits and branches are there, pull requests in the store
/// (table clusters_pull_requests). The repository decides what is merged: one whose branch is in
/// the base is, whoever put it there, also after a crash between the two. Any thread.
class EmbeddedForge final : public Forge, public Review {
 public:
  EmbeddedForge(const GitProgram& git, store::Store& store, const Clock& clock,
                EmbeddedForgeOptions options);

  /// Makes the repository. Blocks.
  Result<> start();
  /// For git, of that repository.
  [[nodiscard]] std::string remote_url() const;
  /// The newest commit of the base, without asking git; empty when only git knows.
  [[nodiscard]] std::string base_tip() const;

  Result<PullRequestStatus> open(const NewPullRequest& wanted) override;
  Result<PullRequestStatus> find(std::int64_t number) override;
  [[nodiscard]] std::string_view kind() const override { return "embedded"; }

  Result<std::vector<ReviewedPull>> list(std::size_t limit) override;
  Result<ReviewedPull> pull(std::int64_t number) override;
  Result<PullDiff> diff(std::int64_t number) override;
  Result<ReviewedPull> merge(std::int64_t number, const std::string& by) override;
  Result<ReviewedPull> close(std::int64_t number, const std::string& by) override;

 private:
  struct Stored {
    ReviewedPull pull;
    std::string base_commit;
  };
  [[nodiscard]] GitCall call(std::vector<std::string> arguments) const;
  Result<std::string> line(std::vector<std::string> arguments) const;
  Result<std::string> tip(const std::string& branch) const;
  Result<Stored> load(std::int64_t number);
  Result<> save(const Stored& stored);
  /// As the repository has it: merged when its branch is in the base.
  Result<> heal(Stored& stored);
  Result<std::string> make_merge(const Stored& stored, const std::string& by) const;
  [[nodiscard]] PullRequestStatus status_of(const ReviewedPull& pull) const;

  const GitProgram& git_;
  store::Store& store_;
  const Clock& clock_;
  const EmbeddedForgeOptions options_;
  std::mutex one_at_a_time_;
};

}  // namespace mainstay::clusters
