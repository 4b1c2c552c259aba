#include "apps/clusters/repository_applier.hpp"

#include <future>
#include <memory>
#include <utility>

#include "apps/clusters/codec/yaml.hpp"
#include "apps/clusters/domain/document.hpp"
#include "apps/clusters/errc.hpp"

namespace mainstay::clusters {
namespace {

constexpr Millis look_every{1'000};
constexpr std::string_view controller = "mainstay-demo-controller";

/// Calls and waits for the verdict; a refusal is an error here.
template <class Call>
Result<> verdict_of(Call call) {
  auto promise = std::make_shared<std::promise<Result<ApplyVerdict>>>();
  auto answer = promise->get_future();
  call([promise](Result<ApplyVerdict> verdict) { promise->set_value(std::move(verdict)); });
  auto verdict = answer.get();
  if (verdict.has_error()) return verdict.error();
  if (!verdict->accepted) return Error{Errc::cluster_refused, verdict->message};
  return {};
}

bool is_manifest(std::string_view path) {
  return path.ends_with(".yaml") || path.ends_with(".yml") || path.ends_with(".json");
}

ObjectReference reference_to(const Document& object) {
  return {.api_version = std::string{text_at(object, {"apiVersion"})},
          .kind = std::string{text_at(object, {"kind"})},
          .namespace_name = std::string{text_at(object, {"metadata", "namespace"})},
          .name = std::string{text_at(object, {"metadata", "name"})}};
}

/// That the nodes are there, as the controller of the product's own kind would say it.
Document present(const Document& object) {
  Document out = DocumentObject{{"apiVersion", std::string{text_at(object, {"apiVersion"})}},
                                {"kind", std::string{text_at(object, {"kind"})}}};
  set_member(out, "metadata",
             DocumentObject{{"name", std::string{text_at(object, {"metadata", "name"})}}});
  set_member(out, "status", DocumentObject{{"state", "present"}});
  return out;
}

}  // namespace

RepositoryApplier::RepositoryApplier(Repository& repository, ClusterWriter& cluster,
                                     std::string folder, Tip tip, Failed failed)
    : repository_(repository),
      cluster_(cluster),
      folder_(std::move(folder)),
      tip_(std::move(tip)),
      failed_(std::move(failed)),
      ticker_("clusters.applier", look_every, [this] { look(); }) {}

RepositoryApplier::~RepositoryApplier() { stop(); }

void RepositoryApplier::start() { ticker_.start(); }
void RepositoryApplier::stop() { ticker_.stop(); }

std::string RepositoryApplier::applied() {
  auto commit = applied_.lock();
  return *commit;
}

void RepositoryApplier::look() {
  if (const std::string now = tip_(); !now.empty() && now == applied()) return;
  Result<> done;
  if (auto view = repository_.read(folder_); view.has_error()) {
    done = view.error();
  } else if (view->commit != applied()) {
    done = bring(*view);
  }
  const std::string error = done.has_error() ? done.error().message() : std::string{};
  if (!error.empty() && error != last_error_) failed_(done.error());
  last_error_ = error;
}

Result<> RepositoryApplier::bring(const RepositoryView& view) {
  std::map<std::string, std::string> wanted;
  for (const RepositoryFile& file : view.files) {
    if (is_manifest(file.path)) wanted[file.path] = file.content;
  }
  // One that the cluster refuses, or that is no manifest, does not keep the others out.
  const auto goes_on = [this](const std::string& path, Result<> done) -> Result<> {
    if (done.has_value()) return {};
    Error error = done.error().with_detail(path + ": " + done.error().detail());
    if (error.retryable()) return error;
    failed_(error);
    return {};
  };
  for (const auto& [path, content] : wanted) {
    const auto found = there_.find(path);
    if (found != there_.end() && found->second == content) continue;
    MS_TRY_VOID(goes_on(path, apply(content)));
    there_[path] = content;
  }
  const auto before = there_;
  for (const auto& [path, content] : before) {
    if (wanted.contains(path)) continue;
    MS_TRY_VOID(goes_on(path, remove(content)));
    there_.erase(path);
  }
  auto applied = applied_.lock();
  *applied = view.commit;
  return {};
}

Result<> RepositoryApplier::apply(const std::string& text) {
  MS_TRY(const auto objects, yaml::parse(text));
  for (const Document& object : objects) {
    MS_TRY_VOID(verdict_of([&](ClusterWriter::Done<ApplyVerdict> done) {
      ApplyRequest request{.object = object, .mode = ApplyRequest::Mode::commit};
      request.force = true;
      cluster_.apply(std::move(request), std::move(done));
    }));
    if (text_at(object, {"kind"}) != "NodeGroup") continue;
    MS_TRY_VOID(verdict_of([&](ClusterWriter::Done<ApplyVerdict> done) {
      ApplyRequest request{.object = present(object), .mode = ApplyRequest::Mode::commit};
      request.field_manager = controller;
      request.is_status = true;
      request.force = true;
      cluster_.apply(std::move(request), std::move(done));
    }));
  }
  return {};
}

Result<> RepositoryApplier::remove(const std::string& text) {
  MS_TRY(const auto objects, yaml::parse(text));
  for (const Document& object : objects) {
    MS_TRY_VOID(verdict_of([&](ClusterWriter::Done<ApplyVerdict> done) {
      cluster_.remove(reference_to(object), ApplyRequest::Mode::commit, std::move(done));
    }));
  }
  return {};
}

}  // namespace mainstay::clusters
