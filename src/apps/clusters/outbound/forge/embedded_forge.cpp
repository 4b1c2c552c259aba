#include "apps/clusters/outbound/forge/embedded_forge.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <system_error>
#include <utility>

#include "apps/clusters/errc.hpp"
#include "apps/clusters/limits.hpp"
#include "base/text.hpp"
#include "platform/store/columns.hpp"

namespace mainstay::clusters {
namespace {

constexpr std::string_view pull_columns =
    "number, head, base, title, body, state, head_commit, base_commit, merge_commit, decided_by, "
    "created_at, updated_at";

constexpr std::array<std::string_view, 3> pull_states{"open", "merged", "closed"};

constexpr std::string_view first_commit =
    "commit refs/heads/BASE\n"
    "committer Mainstay <mainstay@localhost> 0 +0000\n"
    "data 13\nFirst commit\n"
    "M 100644 inline README.md\ndata <<END\n"
    "# The embedded forge's repository\n\n"
    "Node groups and sealed secrets as the platform API writes them. For development and tests.\n"
    "END\n\ndone\n";

PullRequestState pull_state(std::string_view name) {
  const auto* const found = std::ranges::find(pull_states, name);
  return found == pull_states.end() ? PullRequestState::closed
                                    : static_cast<PullRequestState>(found - pull_states.begin());
}

Error forge_store_error(const Error& error) {
  return Error{Errc::forge_unavailable, "the embedded forge's store: " + error.message()};
}

}  // namespace

EmbeddedForge::EmbeddedForge(const GitProgram& git, store::Store& store, const Clock& clock,
                             EmbeddedForgeOptions options)
    : git_(git), store_(store), clock_(clock), options_(std::move(options)) {}

std::string EmbeddedForge::remote_url() const {
  return "file://" + std::filesystem::absolute(options_.repository).string();
}

std::string EmbeddedForge::base_tip() const {
  std::ifstream file{options_.repository / "refs" / "heads" / options_.base};
  std::string out;
  std::getline(file, out);
  return out;
}

Result<> EmbeddedForge::start() {
  std::error_code failed;
  if (std::filesystem::exists(options_.repository / "HEAD", failed)) return {};
  const std::filesystem::path half = options_.repository.string() + ".new";
  std::filesystem::remove_all(half, failed);
  std::filesystem::create_directories(options_.repository.parent_path(), failed);
  GitCall init{.arguments = {"init", "--quiet", "--bare", "--initial-branch=" + options_.base,
                             "--template=", half.string()}};
  MS_TRY_VOID(git_.output(std::move(init)));
  GitCall import{.arguments = {"--git-dir=" + half.string(), "fast-import", "--quiet", "--done"}};
  import.input = first_commit;
  import.input.replace(import.input.find("BASE"), 4, options_.base);
  MS_TRY_VOID(git_.output(std::move(import)));
  std::filesystem::rename(half, options_.repository, failed);
  if (failed) return Error{Errc::git_failed, "embedded forge: " + failed.message()};
  return {};
}

// --- git -----------------------------------------------------------------------------------------

GitCall EmbeddedForge::call(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), "--git-dir=" + options_.repository.string());
  return {.arguments = std::move(arguments)};
}

Result<std::string> EmbeddedForge::line(std::vector<std::string> arguments) const {
  MS_TRY(std::string out, git_.output(call(std::move(arguments))));
  out.resize(std::min(out.size(), out.find('\n')));
  return out;
}

Result<std::string> EmbeddedForge::tip(const std::string& branch) const {
  return line({"rev-parse", "--verify", "refs/heads/" + branch});
}

/// The commit that brings the branch into the base. Errc::conflict when their changes collide.
Result<std::string> EmbeddedForge::make_merge(const Stored& stored, const std::string& by) const {
  const ReviewedPull& pull = stored.pull;
  MS_TRY(const process::Finished tried, git_.run(call({"merge-tree", "--write-tree", "--name-only",
                                                       stored.base_commit, pull.head_commit})));
  if (tried.status == 1) {
    return Error{Errc::conflict, "its changes collide with those of " + pull.base +
                                     "; close it and propose the change again"};
  }
  if (!tried.good()) return git_error("git merge-tree", tried);
  std::string tree = tried.output;
  tree.resize(std::min(tree.size(), tree.find('\n')));
  GitCall commit = call({"commit-tree", tree, "-p", stored.base_commit, "-p", pull.head_commit});
  const GitIdentity& identity = options_.identity;
  if (!identity.signing_key.empty()) {
    commit.arguments.insert(commit.arguments.begin(), {"-c", "gpg.format=ssh", "-c",
                                                       "user.signingKey=" + identity.signing_key});
    commit.arguments.emplace_back("-S");
  }
  commit.arguments.insert(commit.arguments.end(), {"-F", "-"});
  commit.input = "Merge pull request " + std::to_string(pull.number) + " from " + pull.head +
                 "\n\nMerged-by: " + by + '\n';
  const std::string date =
      std::to_string(std::chrono::floor<Seconds>(clock_.wall()).time_since_epoch().count());
  for (const std::string who : {"GIT_AUTHOR", "GIT_COMMITTER"}) {
    commit.environment.push_back(who + "_NAME=" + identity.name);
    commit.environment.push_back(who + "_EMAIL=" + identity.email);
    commit.environment.push_back(who + "_DATE=" + date + " +0000");
  }
  MS_TRY(std::string made, git_.output(std::move(commit)));
  made.resize(std::min(made.size(), made.find('\n')));
  return made;
}

Result<> EmbeddedForge::heal(Stored& stored) {
  ReviewedPull& pull = stored.pull;
  if (pull.state != PullRequestState::open) return {};
  MS_TRY(pull.head_commit, tip(pull.head));
  MS_TRY(stored.base_commit, tip(pull.base));
  MS_TRY(const process::Finished asked,
         git_.run(call({"merge-base", "--is-ancestor", pull.head_commit, stored.base_commit})));
  if (!asked.good()) return {};
  // The oldest commit of the base's own line that has the branch.
  MS_TRY(const std::string path,
         git_.output(call({"rev-list", "--first-parent", "--ancestry-path", "--reverse",
                           pull.head_commit + ".." + stored.base_commit})));
  pull.merge_commit = path.empty() ? pull.head_commit : path.substr(0, path.find('\n'));
  pull.state = PullRequestState::merged;
  pull.updated_at = clock_.wall();
  return save(stored);
}

// --- the store -----------------------------------------------------------------------------------

Result<EmbeddedForge::Stored> EmbeddedForge::load(std::int64_t number) {
  std::vector<Stored> found;
  auto read = store_.read([&](store::Session& session) -> Result<> {
    MS_TRY(const auto rows, session.query("SELECT " + std::string{pull_columns} +
                                              " FROM clusters_pull_requests WHERE number = $1",
                                          {number}));
    for (const store::Row& row : rows) {
      store::Columns in{row};
      Stored one;
      one.pull.number = in.number();
      one.pull.head = in.text();
      one.pull.base = in.text();
      one.pull.title = in.text();
      one.pull.body = in.text();
      one.pull.state = pull_state(in.text());
      one.pull.head_commit = in.text();
      one.base_commit = in.text();
      one.pull.merge_commit = in.text();
      one.pull.decided_by = in.text();
      one.pull.created_at = in.time();
      one.pull.updated_at = in.time();
      found.push_back(std::move(one));
    }
    return {};
  });
  if (read.has_error()) return forge_store_error(read.error());
  if (found.empty()) return Error{Errc::change_not_found, "pull request " + std::to_string(number)};
  return std::move(found.front());
}

Result<> EmbeddedForge::save(const Stored& stored) {
  const ReviewedPull& pull = stored.pull;
  auto written = store_.write_now([&](store::Session& session) -> Result<> {
    MS_TRY_VOID(
        session.execute("DELETE FROM clusters_pull_requests WHERE number = $1", {pull.number}));
    MS_TRY_VOID(
        session.execute("INSERT INTO clusters_pull_requests (" + std::string{pull_columns} +
                            ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
                        {pull.number, pull.head, pull.base, pull.title, pull.body,
                         store::text(pull_states.at(static_cast<std::size_t>(pull.state))),
                         pull.head_commit, stored.base_commit, pull.merge_commit, pull.decided_by,
                         store::value_of(pull.created_at), store::value_of(pull.updated_at)}));
    return {};
  });
  if (written.has_error()) return forge_store_error(written.error());
  return {};
}

// --- Forge ---------------------------------------------------------------------------------------

PullRequestStatus EmbeddedForge::status_of(const ReviewedPull& pull) const {
  return {.pull_request = {pull.number, options_.url_of(pull.number)},
          .state = pull.state,
          .merge_commit = pull.merge_commit,
          .merged_by = pull.state == PullRequestState::merged ? pull.decided_by : std::string{}};
}

Result<PullRequestStatus> EmbeddedForge::open(const NewPullRequest& wanted) {
  const std::lock_guard lock{one_at_a_time_};
  if (tip(wanted.head).has_error()) {
    return Error{Errc::forge_refused, "there is no branch " + wanted.head};
  }
  std::int64_t open = 0;
  std::int64_t last = 0;
  auto looked = store_.read([&](store::Session& session) -> Result<> {
    MS_TRY(const auto rows,
           session.query("SELECT COALESCE(MAX(number), 0), COALESCE(MAX(CASE WHEN head = $1 AND "
                         "base = $2 AND state = 'open' THEN number ELSE 0 END), 0) FROM "
                         "clusters_pull_requests",
                         {wanted.head, wanted.base}));
    store::Columns in{rows.front()};
    last = in.number();
    open = in.number();
    return {};
  });
  if (looked.has_error()) return forge_store_error(looked.error());
  Stored stored;
  const SystemTime now = clock_.wall();
  if (open != 0) {
    MS_TRY(stored, load(open));
    MS_TRY_VOID(heal(stored));
  }
  if (open == 0 || stored.pull.state != PullRequestState::open) {
    stored = {};
    stored.pull.number = last + 1;
    stored.pull.created_at = now;
  }
  stored.pull.head = wanted.head;
  stored.pull.base = wanted.base;
  stored.pull.title = wanted.title;
  stored.pull.body = wanted.body;
  stored.pull.updated_at = now;
  MS_TRY_VOID(save(stored));
  return status_of(stored.pull);
}

Result<PullRequestStatus> EmbeddedForge::find(std::int64_t number) {
  MS_TRY(const ReviewedPull found, pull(number));
  return status_of(found);
}

// --- Review --------------------------------------------------------------------------------------

Result<ReviewedPull> EmbeddedForge::pull(std::int64_t number) {
  const std::lock_guard lock{one_at_a_time_};
  MS_TRY(Stored stored, load(number));
  MS_TRY_VOID(heal(stored));
  return std::move(stored.pull);
}

Result<std::vector<ReviewedPull>> EmbeddedForge::list(std::size_t limit) {
  std::vector<std::int64_t> numbers;
  auto looked = store_.read([&](store::Session& session) -> Result<> {
    MS_TRY(const auto rows,
           session.query("SELECT number FROM clusters_pull_requests ORDER BY number DESC LIMIT $1",
                         {static_cast<std::int64_t>(limit)}));
    for (const store::Row& row : rows) numbers.push_back(store::Columns{row}.number());
    return {};
  });
  if (looked.has_error()) return forge_store_error(looked.error());
  std::vector<ReviewedPull> out;
  const std::lock_guard lock{one_at_a_time_};
  for (const std::int64_t number : numbers) {
    MS_TRY(Stored stored, load(number));
    out.push_back(std::move(stored.pull));
  }
  return out;
}

Result<PullDiff> EmbeddedForge::diff(std::int64_t number) {
  const std::lock_guard lock{one_at_a_time_};
  MS_TRY(Stored stored, load(number));
  MS_TRY_VOID(heal(stored));
  PullDiff out;
  GitCall differ = call({"diff", "--no-color", "--no-ext-diff", "--no-textconv",
                         stored.base_commit + "..." + stored.pull.head_commit});
  differ.output_bytes_max = 8U * Limits::diff_bytes_max;
  MS_TRY(out.text, git_.output(std::move(differ)));
  out.is_cut = out.text.size() > Limits::diff_bytes_max;
  out.text = repaired_utf8(std::string_view{out.text}.substr(0, Limits::diff_bytes_max));
  MS_TRY(const std::string commit,
         git_.output(call({"cat-file", "commit", stored.pull.head_commit})));
  const std::string_view head = std::string_view{commit}.substr(0, commit.find("\n\n"));
  out.is_signed = head.find("\ngpgsig") != std::string_view::npos;
  out.message = repaired_utf8(std::string_view{commit}.substr(head.size()));
  MS_TRY(out.author, line({"show", "-s", "--format=%an <%ae>", stored.pull.head_commit}));
  if (stored.pull.state == PullRequestState::open) {
    MS_TRY(const process::Finished tried,
           git_.run(call({"merge-tree", "--write-tree", "--name-only", stored.base_commit,
                          stored.pull.head_commit})));
    out.can_merge = tried.good();
  }
  return out;
}

Result<ReviewedPull> EmbeddedForge::merge(std::int64_t number, const std::string& by) {
  const std::lock_guard lock{one_at_a_time_};
  MS_TRY(Stored stored, load(number));
  MS_TRY_VOID(heal(stored));
  if (stored.pull.state != PullRequestState::open) {
    return Error{
        Errc::conflict,
        "it is " + std::string{pull_states.at(static_cast<std::size_t>(stored.pull.state))}};
  }
  MS_TRY(stored.pull.merge_commit, make_merge(stored, by));
  MS_TRY(const process::Finished moved,
         git_.run(call({"update-ref", "refs/heads/" + stored.pull.base, stored.pull.merge_commit,
                        stored.base_commit})));
  if (!moved.good()) {
    return Error{Errc::conflict, stored.pull.base + " moved meanwhile; try again"};
  }
  stored.pull.state = PullRequestState::merged;
  stored.pull.decided_by = by;
  stored.pull.updated_at = clock_.wall();
  MS_TRY_VOID(save(stored));
  return std::move(stored.pull);
}

Result<ReviewedPull> EmbeddedForge::close(std::int64_t number, const std::string& by) {
  const std::lock_guard lock{one_at_a_time_};
  MS_TRY(Stored stored, load(number));
  MS_TRY_VOID(heal(stored));
  if (stored.pull.state != PullRequestState::open) {
    return Error{
        Errc::conflict,
        "it is " + std::string{pull_states.at(static_cast<std::size_t>(stored.pull.state))}};
  }
  stored.pull.state = PullRequestState::closed;
  stored.pull.decided_by = by;
  stored.pull.updated_at = clock_.wall();
  MS_TRY_VOID(save(stored));
  return std::move(stored.pull);
}

}  // namespace mainstay::clusters
