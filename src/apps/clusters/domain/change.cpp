#include "apps/clusters/domain/change.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "apps/clusters/errc.hpp"
#include "base/text.hpp"

namespace mainstay::clusters {
namespace {

constexpr std::array<std::string_view, 3> kind_names{"nodegroup", "secret", "reseal"};
constexpr std::array<std::string_view, 3> verb_names{"create", "update", "delete"};
constexpr std::array<std::string_view, 12> state_names{
    "requested", "validated", "policy_checked", "rendered", "branch_pushed", "pull_request_open",
    "merged",    "closed",    "syncing",        "ready",    "degraded",      "failed"};

template <class E, std::size_t count>
std::optional<E> enumerator(const std::array<std::string_view, count>& names,
                            std::string_view name) {
  const auto* const found = std::ranges::find(names, name);
  if (found == names.end()) return std::nullopt;
  return static_cast<E>(found - names.begin());
}

constexpr std::size_t note_bytes_max = 1'000;
constexpr std::size_t timeline_steps_max = 200;

std::string short_note(std::string note) {
  if (note.size() > note_bytes_max) note = repaired_utf8(note.substr(0, note_bytes_max));
  return note;
}

/// Into a state; the oldest of many changes between ready and degraded go.
void enter(ChangeRequest& request, ChangeState state, SystemTime now, std::string note) {
  request.state = state;
  request.attempts = 0;
  request.next_attempt_at = {};
  request.last_error.clear();
  request.updated_at = now;
  if (request.timeline.size() >= timeline_steps_max) {
    request.timeline.erase(request.timeline.begin() + timeline_steps_max / 2);
  }
  request.timeline.push_back({state, now, short_note(std::move(note))});
}

bool is_before_merge(ChangeState state) {
  return state == ChangeState::rendered || state == ChangeState::branch_pushed ||
         state == ChangeState::pull_request_open || state == ChangeState::closed;
}

bool is_settling(ChangeState state) {
  return state == ChangeState::merged || state == ChangeState::syncing ||
         state == ChangeState::ready || state == ChangeState::degraded;
}

/// What was the last state before it failed.
ChangeState state_before_failure(const ChangeRequest& request) {
  for (auto step = request.timeline.rbegin(); step != request.timeline.rend(); ++step) {
    if (step->state != ChangeState::failed) return step->state;
  }
  return ChangeState::rendered;
}

/// How an event changes a request; one overload each.
struct Stepper {
  ChangeRequest& request;
  SystemTime now;
  const ChangePatience& patience;

  bool operator()(const BranchPushed& event) const {
    if (request.state != ChangeState::rendered) return false;
    request.commit = event.commit;
    enter(request, ChangeState::branch_pushed, now, event.commit);
    return true;
  }

  bool operator()(const PullRequestOpened& event) const {
    if (request.state != ChangeState::rendered && request.state != ChangeState::branch_pushed) {
      return false;
    }
    request.pull_request = event.pull_request;
    enter(request, ChangeState::pull_request_open, now, event.pull_request.url);
    return true;
  }

  bool operator()(const PullRequestMerged& event) const {
    if (!is_before_merge(request.state)) return false;
    request.merge_commit = event.commit;
    enter(request, ChangeState::merged, now, event.commit);
    return true;
  }

  bool operator()(const PullRequestClosed&) const {
    if (request.state != ChangeState::pull_request_open) return false;
    enter(request, ChangeState::closed, now, {});
    return true;
  }

  bool operator()(const PullRequestReopened&) const {
    if (request.state != ChangeState::closed) return false;
    enter(request, ChangeState::pull_request_open, now, "opened again");
    return true;
  }

  bool operator()(const SyncStarted& event) const {
    if (request.state != ChangeState::merged) return false;
    enter(request, ChangeState::syncing, now, event.note);
    return true;
  }

  bool operator()(const BecameReady& event) const {
    if (!is_settling(request.state) || request.state == ChangeState::ready) return false;
    enter(request, ChangeState::ready, now, event.note);
    return true;
  }

  bool operator()(const BecameDegraded& event) const {
    if (!is_settling(request.state) || request.state == ChangeState::degraded) return false;
    enter(request, ChangeState::degraded, now, event.reason);
    return true;
  }

  bool operator()(const StepFailed& event) const {
    if (is_over(request.state) || is_settling(request.state)) return false;
    const std::uint32_t attempts = request.attempts + 1;
    // Whether its pull request can be seen says nothing about the change itself.
    const bool is_watched = request.state == ChangeState::pull_request_open;
    if (!is_watched && (event.for_good || attempts >= patience.attempts_max)) {
      enter(request, ChangeState::failed, now, event.reason);
      request.last_error = short_note(event.reason);
      return true;
    }
    request.attempts = attempts;
    request.last_error = short_note(event.reason);
    Millis delay = patience.delay_min;
    for (std::uint32_t n = 1; n < attempts && delay < patience.delay_max; ++n) delay *= 2;
    request.next_attempt_at = now + std::min(delay, patience.delay_max);
    request.updated_at = now;
    return true;
  }

  bool operator()(const TryAgain& event) const {
    if (request.state != ChangeState::failed) return false;
    enter(request, state_before_failure(request), now, "tried again by " + event.by);
    return true;
  }
};

/// Of letters that a branch's name may hold; the rest becomes '-'.
std::string for_branch(std::string_view text, std::size_t bytes_max) {
  std::string out;
  for (const char c : text.substr(0, bytes_max)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_';
    out.push_back(plain ? c : '-');
  }
  return out;
}

/// Of lengths and texts, so that no two lists of texts read the same.
void append_sized(std::string& out, std::string_view text) {
  append_number(out, static_cast<std::int64_t>(text.size()));
  out += ':';
  out += text;
}

std::string canonical_files(const Change& change) {
  std::vector<const FileChange*> files;
  for (const FileChange& file : change.files) files.push_back(&file);
  std::ranges::sort(files, {}, [](const FileChange* file) { return std::string_view{file->path}; });
  std::string out;
  for (const FileChange* file : files) {
    append_sized(out, file->path);
    out += file->content ? '+' : '-';
    if (file->content) append_sized(out, *file->content);
  }
  return out;
}

/// On one line, as git's trailers want it.
std::string one_line(std::string_view text) {
  std::string out{trimmed(text)};
  std::ranges::replace_if(
      out, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return out;
}

Error path_refused(std::string_view path, std::string_view why) {
  std::string shown = repaired_utf8(path.substr(0, 100));
  return Error{Errc::field_invalid, "path '" + one_line(shown) + "': " + std::string{why}};
}

}  // namespace

std::string_view name_of(ChangeKind kind) { return kind_names.at(static_cast<std::size_t>(kind)); }
std::string_view name_of(ChangeVerb verb) { return verb_names.at(static_cast<std::size_t>(verb)); }
std::string_view name_of(ChangeState state) {
  return state_names.at(static_cast<std::size_t>(state));
}
std::optional<ChangeKind> change_kind(std::string_view name) {
  return enumerator<ChangeKind>(kind_names, name);
}
std::optional<ChangeVerb> change_verb(std::string_view name) {
  return enumerator<ChangeVerb>(verb_names, name);
}
std::optional<ChangeState> change_state(std::string_view name) {
  return enumerator<ChangeState>(state_names, name);
}

bool is_over(ChangeState state) {
  return state == ChangeState::closed || state == ChangeState::ready ||
         state == ChangeState::failed;
}

bool step(ChangeRequest& request, const ChangeEvent& event, SystemTime now,
          const ChangePatience& patience) {
  return std::visit(Stepper{request, now, patience}, event);
}

ChangeAction next_action(const ChangeRequest& request, SystemTime now,
                         const ChangePatience& patience) {
  if (now < request.next_attempt_at) return ChangeAction::none;
  const bool is_late = now - request.updated_at > patience.settle_max;
  switch (request.state) {
    case ChangeState::requested:
    case ChangeState::validated:
    case ChangeState::policy_checked:
    case ChangeState::rendered:
      return ChangeAction::push_branch;
    case ChangeState::branch_pushed:
      return ChangeAction::open_pull_request;
    case ChangeState::pull_request_open:
      return ChangeAction::watch_pull_request;
    case ChangeState::closed:
      return is_late ? ChangeAction::none : ChangeAction::watch_pull_request;
    case ChangeState::merged:
    case ChangeState::syncing:
    case ChangeState::degraded:
      return is_late ? ChangeAction::none : ChangeAction::watch_sync;
    case ChangeState::ready:
    case ChangeState::failed:
      break;
  }
  return ChangeAction::none;
}

bool is_open(const ChangeRequest& request, SystemTime now, const ChangePatience& patience) {
  return next_action(request, std::max(now, request.next_attempt_at), patience) !=
         ChangeAction::none;
}

std::string content_hash(const Change& change, Digest sha256) {
  return hexadecimal(sha256(canonical_files(change)));
}

std::string branch_of(const Change& change, std::string_view prefix, std::string_view base,
                      Digest sha256) {
  std::string all;
  append_sized(all, base);
  append_sized(all, name_of(change.verb));
  all += canonical_files(change);
  std::string out{prefix};
  out += name_of(change.verb);
  out += '-';
  out += name_of(change.kind);
  for (const std::string* part : {&change.name_space, &change.name}) {
    if (!part->empty()) out += '-' + for_branch(*part, 63);
  }
  return out + '-' + hexadecimal(sha256(all)).substr(0, 12);
}

std::string commit_message(const ChangeRequest& request) {
  const Change& change = request.change;
  std::string out = one_line(change.title) + "\n\n";
  if (!change.facts.monthly_cost.empty()) {
    out += "Monthly cost: " + one_line(change.facts.monthly_cost) + "\n\n";
  }
  out += "Request-Id: " + request.id.get() + '\n';
  if (!change.requested_by.empty()) out += "Requested-by: " + one_line(change.requested_by) + '\n';
  return out;
}

Result<> check_repository_path(std::string_view path, std::string_view folder) {
  if (path.empty() || path.size() > 1'024) return path_refused(path, "1 to 1,024 bytes are taken");
  if (!is_valid_utf8(path)) return path_refused(path, "is no UTF-8");
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::ranges::any_of(path, is_control) || path.find('\\') != std::string_view::npos) {
    return path_refused(path, "control characters and backslashes are not taken");
  }
  for (const std::string_view part : split(path, '/')) {
    if (part.empty() || part == "." || part == "..") {
      return path_refused(path, "'" + std::string{part} + "' is no part of a path");
    }
    if (equals_ignoring_case(part, ".git") || equals_ignoring_case(part, ".gitmodules")) {
      return path_refused(path, "git keeps that name to itself");
    }
  }
  const bool is_inside =
      folder.empty() ||
      (path.starts_with(folder) && (folder.ends_with('/') || path.size() > folder.size()) &&
       (folder.ends_with('/') || path[folder.size()] == '/'));
  if (!is_inside) return path_refused(path, "is not below " + std::string{folder});
  return {};
}

}  // namespace mainstay::clusters
