#include "apps/clusters/change_desk.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "apps/clusters/codec/yaml.hpp"
#include "apps/clusters/domain/proposal_text.hpp"
#include "apps/clusters/domain/text_diff.hpp"
#include "apps/clusters/errc.hpp"
#include "apps/clusters/reseal.hpp"
#include "apps/clusters/sealed_desk.hpp"
#include "apps/clusters/sealing_certificates.hpp"
#include "base/text.hpp"
#include "platform/lane/lane.hpp"

namespace mainstay::clusters {
namespace {

/// A change on its way over the desk.
struct Draft {
  Change change = {};
  Order order = {};
  ChangeDesk::Done done = {};
  std::vector<ChangeStep> steps = {};
  std::optional<NodeGroup> before = {};  // of node groups
  std::optional<NodeGroup> after = {};
  Document object = {};  // the manifest; of a removal the one that goes
  std::string text_before = {};
};

/// The file of that path; null: there is none.
const RepositoryFile* repository_file_at(const RepositoryView& view, std::string_view path) {
  const auto found = std::ranges::find(view.files, path, &RepositoryFile::path);
  return found == view.files.end() ? nullptr : &*found;
}

/// Names the object in the answer to who asked.
Error refusal_about(Errc code, std::string_view name, std::string_view what) {
  return {code, std::string{name}.append(" ").append(what)};
}

/// Whether the server will never take it, as opposed to not being asked in a good moment, not
/// admitting dry runs to us, or another manager's fields.
bool is_hopeless(const ApplyVerdict& verdict) {
  return !verdict.accepted && (verdict.status == 400 || verdict.status == 422);
}

std::string diff_of(const std::string& before, const FileChange& file) {
  return unified_diff(before, file.content.value_or(""),
                      before.empty() ? "/dev/null" : "a/" + file.path,
                      file.content ? "b/" + file.path : "/dev/null");
}

std::string dry_run_line(const ApplyVerdict& verdict, ChangeVerb verb) {
  std::string line;
  if (verdict.accepted) {
    line = verb == ChangeVerb::remove ? "It would be deleted."
           : verdict.created          ? "It would be created."
                                      : "It would be changed.";
  } else {
    line = verdict.reason + ": " + verdict.message;
  }
  for (const auto& conflict : verdict.conflicts) {
    line.append("\n").append(conflict.field).append(" is managed by ").append(conflict.manager);
  }
  for (const std::string& warning : verdict.warnings) line.append("\nwarning: ").append(warning);
  return line;
}

/// What it is in the cluster's own roles.
std::string_view access_verb(ChangeVerb verb) {
  switch (verb) {
    case ChangeVerb::create:
      return "create";
    case ChangeVerb::update:
      return "update";
    case ChangeVerb::remove:
      break;
  }
  return "delete";
}

ObjectReference object_reference(const Document& object) {
  ObjectReference reference;
  reference.api_version = text_at(object, {"apiVersion"});
  reference.kind = text_at(object, {"kind"});
  reference.name = text_at(object, {"metadata", "name"});
  reference.namespace_name = text_at(object, {"metadata", "namespace"});
  return reference;
}

/// Of values their sizes.
AuditEntry rendering_entry(const std::string& who, const SecretContent& content,
                           const std::string& sealed_with) {
  AuditEntry entry;
  entry.actor = who;
  entry.action = "secret.rendered";
  entry.outcome = "done";
  entry.kind = name_of(ChangeKind::secret);
  entry.name = content.name.get();
  entry.name_space = content.namespace_name.get();
  entry.more = {{"scope", std::string{to_text(content.scope)}}, {"sealed_with", sealed_with}};
  for (const SecretLiteral& literal : content.literals) {
    entry.more.emplace_back("key",
                            literal.key + " (" + std::to_string(literal.value.size()) + " bytes)");
  }
  return entry;
}

}  // namespace

struct ChangeDesk::Impl {
  using DraftPtr = std::shared_ptr<Draft>;

  Impl(DeskParts given, DeskOptions wanted)
      : parts(given), options(std::move(wanted)), lane("clusters.desk", options.queue_max) {}

  /// Runs `prepare` on the lane, which fills in the draft or gives it up.
  template <class Prepare>
  void take(ChangeKind kind, ChangeVerb verb, std::string name, Order order, Done done,
            Prepare prepare);
  void enter(Draft& draft, ChangeState state) {
    draft.steps.push_back({state, parts.clock.wall(), {}});
  }
  void look_for_key(const DraftPtr& draft, UniqueFunction<void()> otherwise);
  void repeat(Draft& draft, ChangeRequest found);
  void go_on(DraftPtr draft, Result<> prepared);
  [[nodiscard]] Result<> check_namespace(const Draft& draft) const;
  void ask_who_may(DraftPtr draft);
  void ask_cluster(DraftPtr draft);
  void on_review(DraftPtr draft, const Result<bool>& may);
  void on_verdict(DraftPtr draft, Result<ApplyVerdict> verdict);
  void propose(DraftPtr draft);
  void refuse(Draft& draft, const Error& error);

  Result<RepositoryView> repository_view();
  struct Found {
    std::string path;
    std::string kind;
    std::string text;
  };
  std::optional<Found> group_file(const RepositoryView& view, std::string_view name) const;
  std::string group_path(const NodeGroup& group) const;
  std::string secret_path(const SecretName& name) const;
  Result<> read_existing(Draft& draft, const Found& file);
  Result<> render_group(Draft& draft);
  Result<> check_types(const Draft& draft) const;
  Result<> judge(Draft& draft) const;

  Result<> prepare_new_group(Draft& draft, GroupRequest& request);
  Result<> prepare_update(Draft& draft, const std::string& name, const Document& body);
  Result<> prepare_removal(Draft& draft, const std::string& name);
  Result<> prepare_secret(Draft& draft, const SecretContent& content, bool merges);
  Result<> prepare_secret_removal(Draft& draft, const SecretName& name);
  Result<> prepare_reseal(Draft& draft);
  /// The draft's file, from what there is to `text`.
  void set_file(Draft& draft, std::string path, std::optional<std::string> text);

  const DeskParts parts;
  const DeskOptions options;
  Lane lane;
};

// --- the way of every change ---------------------------------------------------------------------

template <class Prepare>
void ChangeDesk::Impl::take(ChangeKind kind, ChangeVerb verb, std::string name, Order order,
                            Done done, Prepare prepare) {
  auto draft = std::make_shared<Draft>();
  draft->change.kind = kind;
  draft->change.verb = verb;
  draft->change.name = std::move(name);
  draft->change.requested_by = order.asker.person();
  draft->change.skip_pull_request = order.skip_pull_request;
  draft->change.idempotency_key = order.idempotency_key;
  draft->change.asked = order.asked;
  draft->order = std::move(order);
  draft->done = std::move(done);
  enter(*draft, ChangeState::requested);
  look_for_key(draft, [this, draft, prepare = std::move(prepare)]() mutable {
    const bool is_taken = lane.try_post(
        [this, draft, prepare = std::move(prepare)]() mutable { go_on(draft, prepare(*draft)); });
    if (!is_taken) draft->done(Error{Errc::busy, "too many changes are asked for at once"});
  });
}

/// Goes on with `otherwise` when nothing was asked with that key before.
void ChangeDesk::Impl::look_for_key(const DraftPtr& draft, UniqueFunction<void()> otherwise) {
  const Change& change = draft->change;
  if (change.idempotency_key.empty() || draft->order.only_plan) return otherwise();
  parts.proposals.find_by_key(change.requested_by, change.idempotency_key,
                              [this, draft, otherwise = std::move(otherwise)](
                                  Result<std::optional<ChangeRequest>> found) mutable {
                                if (found.has_error()) return draft->done(std::move(found).error());
                                if (*found) return repeat(*draft, std::move(**found));
                                otherwise();
                              });
}

void ChangeDesk::Impl::repeat(Draft& draft, ChangeRequest found) {
  if (found.change.asked != draft.change.asked) {
    return draft.done(Error{Errc::idempotency_key_reused, "request " + found.id.get()});
  }
  if (!draft.order.wait) return draft.done(std::move(found));
  parts.proposals.when_proposed(found.id, options.patience, std::move(draft.done));
}

void ChangeDesk::Impl::go_on(DraftPtr draft, Result<> prepared) {
  if (prepared.has_error()) return refuse(*draft, prepared.error());
  Change& change = draft->change;
  if (change.facts.diff.empty()) {
    change.facts.diff = diff_of(draft->text_before, change.files.front());
  }
  if (auto may = check_namespace(*draft); may.has_error()) return refuse(*draft, may.error());
  enter(*draft, ChangeState::rendered);
  ask_who_may(std::move(draft));
}

/// The object's own namespace counts, whatever was asked for. A reseal changes no value, and is in
/// no namespace.
Result<> ChangeDesk::Impl::check_namespace(const Draft& draft) const {
  const Asker& asker = draft.order.asker;
  if (asker.may_everything || draft.change.kind == ChangeKind::reseal) return {};
  const std::string name_space = object_reference(draft.object).namespace_name;
  const std::string missing = options.namespace_roles.missing(name_space, asker.roles);
  if (missing.empty()) return {};
  return Error{Errc::permission_missing,
               (name_space.empty() ? "what is in no namespace" : "namespace " + name_space) +
                   " needs the role " + missing};
}

/// The API server, of whoever asks: nobody proposes what they may not do themselves.
void ChangeDesk::Impl::ask_who_may(DraftPtr draft) {
  const bool is_asked = options.review != DeskOptions::Review::none && parts.writer != nullptr &&
                        draft->change.kind != ChangeKind::reseal;
  if (!is_asked) return ask_cluster(std::move(draft));
  const Asker& asker = draft->order.asker;
  const bool by_email = options.review == DeskOptions::Review::by_email;
  AccessQuestion question;
  question.user = by_email ? asker.email : asker.name;
  for (const std::string& role : asker.roles) question.groups.push_back("mainstay:" + role);
  question.verb = access_verb(draft->change.verb);
  question.object = object_reference(draft->object);
  if (question.user.empty()) {
    return refuse(*draft, Error{Errc::permission_missing,
                                "the cluster knows people by their e-mail address, and this "
                                "account has none"});
  }
  parts.writer->may(std::move(question), [this, draft](Result<bool> may) mutable {
    const bool is_taken =
        lane.try_post([this, draft, may = std::move(may)] { on_review(draft, may); });
    if (!is_taken) draft->done(Error{Errc::busy, "too many changes are asked for at once"});
  });
}

void ChangeDesk::Impl::on_review(DraftPtr draft, const Result<bool>& may) {
  if (may.has_error()) return refuse(*draft, may.error());
  if (*may) return ask_cluster(std::move(draft));
  refuse(*draft,
         Error{Errc::permission_missing,
               "the cluster does not let you " + std::string{access_verb(draft->change.verb)} +
                   " " + object_reference(draft->object).kind + " " + draft->change.name});
}

void ChangeDesk::Impl::ask_cluster(DraftPtr draft) {
  if (draft->change.kind == ChangeKind::reseal) return propose(std::move(draft));
  if (parts.writer == nullptr) {
    draft->change.facts.dry_run = "It was not asked: no cluster is configured.";
    return propose(std::move(draft));
  }
  auto on_answer = [this, draft](Result<ApplyVerdict> verdict) mutable {
    // Its thread is the connection's: the rest is ours, and may wait.
    auto told = std::make_shared<Result<ApplyVerdict>>(std::move(verdict));
    const bool is_taken =
        lane.try_post([this, draft, told] { on_verdict(draft, std::move(*told)); });
    if (!is_taken) draft->done(Error{Errc::busy, "too many changes are asked for at once"});
  };
  if (draft->change.verb == ChangeVerb::remove) {
    return parts.writer->remove(object_reference(draft->object), ApplyRequest::Mode::dry_run,
                                std::move(on_answer));
  }
  ApplyRequest request;
  request.object = draft->object;
  parts.writer->apply(std::move(request), std::move(on_answer));
}

void ChangeDesk::Impl::on_verdict(DraftPtr draft, Result<ApplyVerdict> verdict) {
  std::string& line = draft->change.facts.dry_run;
  if (verdict.has_error()) {
    line = "It could not be asked: " + verdict.error().message();
  } else if (is_hopeless(*verdict) && draft->change.verb != ChangeVerb::remove) {
    return refuse(*draft, Error{Errc::cluster_refused, verdict->message});
  } else {
    line = dry_run_line(*verdict, draft->change.verb);
  }
  propose(std::move(draft));
}

void ChangeDesk::Impl::propose(DraftPtr draft) {
  Change& change = draft->change;
  change.title = proposal_title(change.kind, change.verb, change.name_space, change.name);
  change.body = proposal_body(change, draft->order.reason);
  if (draft->order.only_plan) {
    ChangeRequest plan;
    plan.change = std::move(change);
    plan.timeline = std::move(draft->steps);
    plan.created_at = plan.updated_at = parts.clock.wall();
    return draft->done(std::move(plan));
  }
  // The store adds `rendered` itself.
  draft->steps.pop_back();
  auto steps = std::move(draft->steps);
  auto whole = std::move(change);
  parts.proposals.propose(
      std::move(whole), std::move(steps), [this, draft](Result<ChangeRequest> made) mutable {
        if (made.has_error() || !draft->order.wait) return draft->done(std::move(made));
        parts.proposals.when_proposed(made->id, options.patience, std::move(draft->done));
      });
}

/// Refusals of policies and of the cluster, and for who asks, are written down; others are the
/// client's own mistakes.
void ChangeDesk::Impl::refuse(Draft& draft, const Error& error) {
  if (parts.audit != nullptr && !draft.order.only_plan &&
      (error.is(Errc::policy_denied) || error.is(Errc::cluster_refused) ||
       error.is(Errc::permission_missing))) {
    AuditEntry entry;
    entry.actor = draft.change.requested_by;
    entry.action = "change.proposed";
    entry.outcome = "refused";
    entry.kind = name_of(draft.change.kind);
    entry.name = draft.change.name;
    entry.name_space = draft.change.name_space;
    entry.more = {{"verb", std::string{name_of(draft.change.verb)}}, {"reason", error.message()}};
    auto done = std::make_shared<Done>(std::move(draft.done));
    return parts.audit->append(std::move(entry), [done, error](Result<>) { (*done)(error); });
  }
  draft.done(error);
}

// --- node groups ---------------------------------------------------------------------------------

Result<RepositoryView> ChangeDesk::Impl::repository_view() {
  if (parts.repository == nullptr) {
    return Error{Errc::forge_refused, "no repository is configured; set apps.clusters.forge"};
  }
  return parts.repository->read(options.folder);
}

std::string ChangeDesk::Impl::group_path(const NodeGroup& group) const {
  std::string kind = group.kind;
  if (kind.empty()) {
    const auto kinds = parts.manifests.kinds();
    kind = kinds.empty() ? "nodegroup" : kinds.front();
  }
  return options.folder + "/" + kind + "-" + group.name + ".yaml";
}

std::optional<ChangeDesk::Impl::Found> ChangeDesk::Impl::group_file(const RepositoryView& view,
                                                                    std::string_view name) const {
  for (const std::string& kind : parts.manifests.kinds()) {
    std::string path = options.folder + "/" + kind + "-" + std::string{name} + ".yaml";
    if (const RepositoryFile* file = repository_file_at(view, path)) {
      return Found{std::move(path), kind, file->content};
    }
  }
  return std::nullopt;
}

Result<> ChangeDesk::Impl::read_existing(Draft& draft, const Found& file) {
  const auto parsed = yaml::parse_one(file.text);
  if (parsed.has_error()) {
    return Error{Errc::document_invalid, file.path + ": " + parsed.error().message()};
  }
  MS_TRY(NodeGroup group, parts.manifests.read(file.kind, *parsed));
  group.kind = file.kind;
  draft.object = *parsed;
  draft.text_before = file.text;
  draft.before = std::move(group);
  return {};
}

Result<> ChangeDesk::Impl::check_types(const Draft& draft) const {
  const auto set = parts.catalogue.current();
  if (options.any_instance_type || set->types().empty()) return {};
  std::vector<std::string> types = facts_of(*draft.after).instance_types;
  for (const std::string& type : types) {
    if (set->find(type) == nullptr) {
      return Error{Errc::field_invalid,
                   "instance type " + type + " is not in the catalogue: GET /api/instance_types"};
    }
  }
  return {};
}

Result<> ChangeDesk::Impl::judge(Draft& draft) const {
  const auto types = parts.catalogue.current();
  std::vector<GroupFacts> groups;
  parts.cluster.node_groups()->for_each(
      [&](const NodeGroup& group) { groups.push_back(facts_of(group)); });
  PolicyChange change;
  if (draft.before) change.before = facts_of(*draft.before);
  if (draft.after) change.after = facts_of(*draft.after);
  const auto verdicts = parts.policy.verdicts(change, PolicyFacts{groups, *types});
  if (const std::string why = denials(verdicts); !why.empty()) {
    return Error{Errc::policy_denied, why};
  }
  for (const Verdict& verdict : verdicts) {
    draft.change.facts.verdicts.push_back(verdict_line(verdict));
  }
  const auto cost = cost_change(change.before, change.after, *types);
  if (cost.has_value()) draft.change.facts.monthly_cost = cost_line(*cost);
  return {};
}

void ChangeDesk::Impl::set_file(Draft& draft, std::string path, std::optional<std::string> text) {
  draft.change.files = {FileChange{std::move(path), std::move(text)}};
}

/// `after`, over what is there of it.
Result<> ChangeDesk::Impl::render_group(Draft& draft) {
  draft.change.name_space = draft.after->namespace_name;
  enter(draft, ChangeState::validated);
  MS_TRY_VOID(check_types(draft));
  MS_TRY_VOID(judge(draft));
  enter(draft, ChangeState::policy_checked);
  const Document* existing = draft.text_before.empty() ? nullptr : &draft.object;
  MS_TRY(Document object, parts.manifests.write(*draft.after, existing));
  MS_TRY(std::string text, checked_yaml(object));
  draft.object = std::move(object);
  set_file(draft, group_path(*draft.after), std::move(text));
  return {};
}

Result<> ChangeDesk::Impl::prepare_new_group(Draft& draft, GroupRequest& request) {
  const auto kinds = parts.manifests.kinds();
  if (request.group.kind.empty() && !kinds.empty()) request.group.kind = kinds.front();
  MS_TRY(const RepositoryView view, repository_view());
  draft.after = std::move(request.group);
  const std::string& name = draft.after->name;
  const auto file = group_file(view, name);
  if (!file && parts.cluster.node_groups()->find(name) != nullptr) {
    return refusal_about(
        Errc::already_exists, name,
        "is in the cluster, though not in the repository; PATCH it to bring it there");
  }
  MS_TRY_VOID(render_group(draft));
  const FileChange& wanted = draft.change.files.front();
  if (file && (file->path != wanted.path || file->text != *wanted.content)) {
    return refusal_about(Errc::already_exists, name,
                         "is in the repository already; PATCH changes it");
  }
  if (file) draft.text_before = file->text;  // nothing to do: the proposal finds that out
  return {};
}

Result<> ChangeDesk::Impl::prepare_update(Draft& draft, const std::string& name,
                                          const Document& body) {
  MS_TRY(const RepositoryView view, repository_view());
  if (const auto file = group_file(view, name)) {
    MS_TRY_VOID(read_existing(draft, *file));
  } else {
    const auto groups = parts.cluster.node_groups();
    const auto group = groups->find(name);
    if (group == nullptr) return refusal_about(Errc::node_group_not_found, name, "is nowhere");
    draft.before = *group;
  }
  MS_TRY(GroupRequest request, read_group_update(body, *draft.before));
  if (!request.reason.empty()) draft.order.reason = std::move(request.reason);
  if (request.skip_pull_request) draft.change.skip_pull_request = true;
  draft.after = std::move(request.group);
  return render_group(draft);
}

Result<> ChangeDesk::Impl::prepare_removal(Draft& draft, const std::string& name) {
  MS_TRY(const RepositoryView view, repository_view());
  const auto file = group_file(view, name);
  if (!file) {
    if (parts.cluster.node_groups()->find(name) == nullptr) {
      return refusal_about(Errc::node_group_not_found, name, "is nowhere");
    }
    return refusal_about(Errc::conflict, name,
                         "is not in the repository: who put it into the cluster?");
  }
  MS_TRY_VOID(read_existing(draft, *file));
  draft.change.name_space = draft.before->namespace_name;
  enter(draft, ChangeState::validated);
  MS_TRY_VOID(judge(draft));
  enter(draft, ChangeState::policy_checked);
  set_file(draft, file->path, std::nullopt);
  return {};
}

// --- secrets -------------------------------------------------------------------------------------

std::string ChangeDesk::Impl::secret_path(const SecretName& name) const {
  const std::string path = sealed_secret_path(name);
  return options.folder + path.substr(path.rfind('/'));
}

Result<> ChangeDesk::Impl::prepare_secret(Draft& draft, const SecretContent& content, bool merges) {
  draft.change.name_space = content.namespace_name.get();
  MS_TRY(const RepositoryView view, repository_view());
  const RepositoryFile* existing = repository_file_at(view, secret_path(content.name));
  if (merges && existing == nullptr) {
    return refusal_about(Errc::secret_not_found, content.name.get(), "is not in the repository");
  }
  if (!merges && existing != nullptr) {
    return refusal_about(Errc::already_exists, content.name.get(),
                         "is in the repository already; PATCH adds and replaces keys");
  }
  enter(draft, ChangeState::validated);
  enter(draft, ChangeState::policy_checked);
  MS_TRY(SealedFile sealed, existing == nullptr
                                ? parts.secrets.seal(content)
                                : parts.secrets.seal_into(existing->content, content));
  if (existing != nullptr) draft.text_before = existing->content;
  draft.object = std::move(sealed.object);
  draft.change.facts.verdicts.push_back("sealed with " + sealed.sealed_with);
  for (std::string& warning : sealed.warnings) {
    draft.change.facts.verdicts.push_back("warn: " + std::move(warning));
  }
  set_file(draft, secret_path(content.name), std::move(sealed.content));
  return {};
}

Result<> ChangeDesk::Impl::prepare_secret_removal(Draft& draft, const SecretName& name) {
  MS_TRY(const RepositoryView view, repository_view());
  const RepositoryFile* existing = repository_file_at(view, secret_path(name));
  if (existing == nullptr) {
    return refusal_about(Errc::secret_not_found, name.get(), "is not in the repository");
  }
  const auto parsed = yaml::parse_one(existing->content);
  if (parsed.has_error()) {
    return Error{Errc::document_invalid, existing->path + ": " + parsed.error().message()};
  }
  draft.object = *parsed;
  draft.change.name_space = text_at(draft.object, {"metadata", "namespace"});
  draft.text_before = existing->content;
  enter(draft, ChangeState::validated);
  enter(draft, ChangeState::policy_checked);
  set_file(draft, existing->path, std::nullopt);
  return {};
}

Result<> ChangeDesk::Impl::prepare_reseal(Draft& draft) {
  if (options.unsealing_key_files.empty()) {
    return Error{
        Errc::seal_failed,
        "this server has no keys to open what is sealed: set apps.clusters.unsealing_keys, "
        "or run `mainstay clusters reseal` where the keys are"};
  }
  MS_TRY(const tls::UnsealingKeys keys, read_unsealing_keys(options.unsealing_key_files));
  MS_TRY(const auto usable, parts.certificates.usable());
  MS_TRY(RepositoryView view, repository_view());
  ResealReport report = reseal_files(view.files, keys, *usable.certificate);
  Change& change = draft.change;
  for (const auto& problem : report.problems) {
    change.facts.verdicts.push_back("warn: " + problem.path + ": " + problem.what);
  }
  change.facts.verdicts.push_back(std::to_string(report.values) + " values of " +
                                  std::to_string(report.secrets) + " secrets");
  if (report.changed.empty()) {
    return Error{Errc::conflict, "nothing is to be sealed anew; " + change.facts.verdicts.front()};
  }
  change.name = usable.certificate->fingerprint();
  for (RepositoryFile& file : report.changed) {
    change.files.push_back({file.path, std::move(file.content)});
    change.facts.diff += diff_of(repository_file_at(view, file.path)->content, change.files.back());
  }
  enter(draft, ChangeState::validated);
  enter(draft, ChangeState::policy_checked);
  return {};
}

// --- from any thread -----------------------------------------------------------------------------

ChangeDesk::ChangeDesk(DeskParts parts, DeskOptions options)
    : impl_(std::make_unique<Impl>(parts, std::move(options))) {}
ChangeDesk::~ChangeDesk() = default;

void ChangeDesk::start() { impl_->lane.start(); }
void ChangeDesk::stop() { impl_->lane.stop(); }

void ChangeDesk::create_group(GroupRequest request, Order order, Done done) {
  if (!request.reason.empty()) order.reason = request.reason;
  if (request.skip_pull_request) order.skip_pull_request = true;
  std::string name = request.group.name;
  impl_->take(ChangeKind::node_group, ChangeVerb::create, std::move(name), std::move(order),
              std::move(done),
              [impl = impl_.get(), request = std::move(request)](Draft& draft) mutable {
                return impl->prepare_new_group(draft, request);
              });
}

void ChangeDesk::update_group(std::string name, Document body, Order order, Done done) {
  impl_->take(ChangeKind::node_group, ChangeVerb::update, name, std::move(order), std::move(done),
              [impl = impl_.get(), name, body = std::move(body)](Draft& draft) {
                return impl->prepare_update(draft, name, body);
              });
}

void ChangeDesk::remove_group(std::string name, Order order, Done done) {
  impl_->take(
      ChangeKind::node_group, ChangeVerb::remove, name, std::move(order), std::move(done),
      [impl = impl_.get(), name](Draft& draft) { return impl->prepare_removal(draft, name); });
}

void ChangeDesk::create_secret(SecretContent content, Order order, Done done) {
  std::string name = content.name.get();
  impl_->take(ChangeKind::secret, ChangeVerb::create, std::move(name), std::move(order),
              std::move(done), [impl = impl_.get(), content = std::move(content)](Draft& draft) {
                return impl->prepare_secret(draft, content, false);
              });
}

void ChangeDesk::merge_secret(SecretContent content, Order order, Done done) {
  std::string name = content.name.get();
  impl_->take(ChangeKind::secret, ChangeVerb::update, std::move(name), std::move(order),
              std::move(done), [impl = impl_.get(), content = std::move(content)](Draft& draft) {
                return impl->prepare_secret(draft, content, true);
              });
}

void ChangeDesk::remove_secret(SecretName name, Order order, Done done) {
  impl_->take(ChangeKind::secret, ChangeVerb::remove, name.get(), std::move(order), std::move(done),
              [impl = impl_.get(), name](Draft& draft) {
                return impl->prepare_secret_removal(draft, name);
              });
}

void ChangeDesk::reseal(Order order, Done done) {
  impl_->take(ChangeKind::reseal, ChangeVerb::update, {}, std::move(order), std::move(done),
              [impl = impl_.get()](Draft& draft) { return impl->prepare_reseal(draft); });
}

void ChangeDesk::render_secret(SecretContent content, const Asker& asker,
                               UniqueFunction<void(Result<SealedFile>)> done) {
  auto told = std::make_shared<UniqueFunction<void(Result<SealedFile>)>>(std::move(done));
  const bool is_taken = impl_->lane.try_post(
      [impl = impl_.get(), told, who = asker.person(), content = std::move(content)] {
        auto sealed = impl->parts.secrets.seal(content);
        if (sealed.has_error() || impl->parts.audit == nullptr) return (*told)(std::move(sealed));
        AuditEntry entry = rendering_entry(who, content, sealed->sealed_with);
        impl->parts.audit->append(
            std::move(entry), [told, sealed = std::move(sealed)](const Result<>& kept) mutable {
              (*told)(kept.has_error() ? Result<SealedFile>{kept.error()} : std::move(sealed));
            });
      });
  if (!is_taken) (*told)(Error{Errc::busy, "too much is to be sealed at once"});
}

}  // namespace mainstay::clusters
