#include "apps/clusters/outbound/kube/reflection.hpp"

#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include "apps/clusters/domain/document.hpp"
#include "apps/clusters/domain/document_path.hpp"
#include "apps/clusters/errc.hpp"
#include "apps/clusters/limits.hpp"
#include "apps/clusters/outbound/kube/kube_status.hpp"
#include "base/text.hpp"
#include "platform/json/stream_reader.hpp"

namespace mainstay::clusters {
namespace {

constexpr Millis list_idle_max{60'000};

/// What of an object is not even made: bookkeeping of server-side apply, and the copy of the whole
/// object that `kubectl apply` leaves. Of metadata alone the rest neither.
json::Filter object_filter(bool metadata_only) {
  const json::Filter annotations{.members = {{"kubectl.kubernetes.io/last-applied-configuration"}}};
  json::Filter metadata{.members = {{"managedFields"}, {"annotations", annotations}}};
  json::Filter filter{.only = metadata_only, .members = {{"metadata", std::move(metadata)}}};
  if (metadata_only) {
    // Of a Status, which comes in an object's place.
    for (const char* name : {"kind", "code", "reason", "message", "details"}) {
      filter.members.push_back({name});
    }
  }
  return filter;
}

json::StreamOptions list_options(bool metadata_only) {
  return {.filter = {.members = {{"items", object_filter(metadata_only)}}},
          .items = "items",
          .value_bytes_max = Limits::cluster_object_bytes_max};
}

json::StreamOptions watch_options(bool metadata_only) {
  return {.filter = {.members = {{"object", object_filter(metadata_only)}}},
          .value_bytes_max = Limits::cluster_object_bytes_max};
}

std::optional<Reflector::Event> event_kind(std::string_view type) {
  if (type == "ADDED") return Reflector::Event::added;
  if (type == "MODIFIED") return Reflector::Event::modified;
  if (type == "DELETED") return Reflector::Event::deleted;
  if (type == "BOOKMARK") return Reflector::Event::bookmark;
  return std::nullopt;
}

/// The transport has ended for good: no failure of the server's.
bool is_stopped(const Result<http::ClientResponse>& answer) {
  return answer.has_error() && answer.error().is(http::ClientErrc::stopped);
}

std::string list_query(const Reflector::ListPage& page) {
  std::string query = "?limit=" + std::to_string(page.limit);
  if (!page.continue_token.empty()) query += "&continue=" + percent_encode(page.continue_token);
  if (!page.resource_version.empty()) {
    query += "&resourceVersion=" + percent_encode(page.resource_version);
  }
  // Nothing older than what was seen; 0 means whatever there is.
  if (!page.resource_version.empty() && page.resource_version != "0") {
    query += "&resourceVersionMatch=NotOlderThan";
  }
  return query;
}

std::string watch_query(const Reflector::Watch& watch) {
  std::string query = "?watch=true&allowWatchBookmarks=true&timeoutSeconds=" +
                      std::to_string(watch.timeout.count());
  if (!watch.resource_version.empty() || watch.initial_events) {
    query += "&resourceVersion=" + percent_encode(watch.resource_version);
  }
  if (watch.initial_events) query += "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan";
  return query;
}

}  // namespace

struct Reflection::Impl {
  Impl(KubeTransport& lent, const Clock& time, ReflectionTarget what,
       const ReflectorOptions& options, Random random, ObjectSink& into, ReflectionObserver& told)
      : transport(lent),
        clock(time),
        target(std::move(what)),
        reflector(options, random),
        sink(into),
        observer(told) {}

  void step() { run(reflector.next(clock.steady())); }
  void run(const Reflector::Step& next);
  void list(const Reflector::ListPage& page);
  void list_ended(Result<http::ClientResponse> answer);
  void watch(const Reflector::Watch& watch);
  Result<> watch_event(const Document& event);
  void watch_part_ended();
  void watch_ended(Result<http::ClientResponse> answer);
  void fail(const ReflectorFailure& failure);
  void publish(bool content);
  [[nodiscard]] KubeCall call(std::string query, bool list) const;
  [[nodiscard]] ReflectorFailure failure_of(const Result<http::ClientResponse>& answer) const;

  KubeTransport& transport;
  const Clock& clock;
  const ReflectionTarget target;
  Reflector reflector;
  ObjectSink& sink;
  ReflectionObserver& observer;

  bool synced = false;
  SystemTime heard{};
  // Of what is under way.
  std::optional<json::StreamReader> reader;
  Document list_head;                            // of a page: all but its items
  std::optional<ReflectorFailure> told_failure;  // an ERROR event
  std::uint64_t event_count = 0;                 // not told to the observer
  bool changed = false;                          // not published
};

KubeCall Reflection::Impl::call(std::string query, bool list) const {
  KubeCall made;
  made.path = target.path + std::move(query);
  // Of Secrets nothing but metadata may come: a server that cannot do that refuses (406).
  std::string accept = "application/json";
  if (target.metadata_only) {
    accept += list ? ";as=PartialObjectMetadataList" : ";as=PartialObjectMetadata";
    accept += ";g=meta.k8s.io;v=v1";
  }
  made.headers.emplace_back("Accept", std::move(accept));
  return made;
}

void Reflection::Impl::run(const Reflector::Step& next) {
  if (const auto* page = std::get_if<Reflector::ListPage>(&next)) {
    list(*page);
  } else if (const auto* stream = std::get_if<Reflector::Watch>(&next)) {
    watch(*stream);
  } else {
    transport.after(std::get<Reflector::Wait>(next).time, [this] { step(); });
  }
}

void Reflection::Impl::list(const Reflector::ListPage& page) {
  if (page.continue_token.empty()) sink.begin_list();
  list_head = {};
  reader.emplace(
      list_options(target.metadata_only),
      [this](const Document& item) { return sink.listed(item); },
      [this](Document head) -> Result<> {
        list_head = std::move(head);
        return {};
      });
  KubeCall request = call(list_query(page), true);
  request.deadline = list_idle_max;
  http::ClientStream stream{
      .on_part = [this](std::string_view part) { return reader->receive(part); },
      .idle_max = list_idle_max};
  transport.stream(std::move(request), std::move(stream),
                   [this](Result<http::ClientResponse> answer) { list_ended(std::move(answer)); });
}

void Reflection::Impl::list_ended(Result<http::ClientResponse> answer) {
  if (is_stopped(answer)) return;
  if (answer.has_error() || answer->status != 200) return fail(failure_of(answer));
  if (auto ended = reader->end(); ended.has_error()) return fail({.text = ended.error().message()});
  const std::string_view version = text_at(list_head, {"metadata", "resourceVersion"});
  if (version.empty()) return fail({.text = "the list has no resourceVersion: no Kubernetes API?"});
  const SteadyTime now = clock.steady();
  if (reflector.page(version, text_at(list_head, {"metadata", "continue"}), now)) {
    sink.end_list();
    synced = true;
    observer.listed(target.name, sink.size());
    heard = clock.wall();
    publish(true);
  }
  step();
}

void Reflection::Impl::watch(const Reflector::Watch& watch) {
  if (watch.initial_events) sink.begin_list();
  told_failure.reset();
  reader.emplace(
      watch_options(target.metadata_only), [](const Document&) -> Result<> { return {}; },
      [this](const Document& event) { return watch_event(event); });
  KubeCall request = call(watch_query(watch), false);
  request.deadline = watch.quiet_max;
  http::ClientStream stream{.on_part = [this](std::string_view part) -> Result<> {
                              auto received = reader->receive(part);
                              watch_part_ended();
                              return received;
                            },
                            .idle_max = watch.quiet_max};
  transport.stream(std::move(request), std::move(stream),
                   [this](Result<http::ClientResponse> answer) { watch_ended(std::move(answer)); });
}

Result<> Reflection::Impl::watch_event(const Document& event) {
  const Document& object = child_of(event, "object");
  const auto kind = event_kind(text_of(event, "type"));
  if (!kind) {
    // ERROR, or a word of times to come: either way we have lost track.
    told_failure = reflector_failure(kube_status(object));
    return Error{Errc::cluster_refused, told_failure->text};
  }
  ++event_count;
  const bool list_is_whole =
      text_at(object, {"metadata", "annotations", "k8s.io/initial-events-end"}) == "true";
  switch (reflector.event(*kind, text_at(object, {"metadata", "resourceVersion"}), list_is_whole)) {
    case Reflector::Effect::buffer:
      return sink.listed(object);
    case Reflector::Effect::replace:
      sink.end_list();
      synced = true;
      changed = true;
      observer.listed(target.name, sink.size());
      return {};
    case Reflector::Effect::put:
      changed = true;
      if (auto put = sink.put(object); put.has_error()) {
        // What is missing now comes with no later event: a new list must tell.
        told_failure = ReflectorFailure{.status = 410, .text = put.error().message()};
        return put;
      }
      return {};
    case Reflector::Effect::remove:
      changed = true;
      sink.remove(object);
      return {};
    case Reflector::Effect::none:
      return {};
  }
  return {};
}

/// Once for all events that came together.
void Reflection::Impl::watch_part_ended() {
  if (event_count == 0) return;
  observer.events(target.name, std::exchange(event_count, 0));
  heard = clock.wall();
  if (synced) publish(std::exchange(changed, false));
}

void Reflection::Impl::watch_ended(Result<http::ClientResponse> answer) {
  if (is_stopped(answer)) return;
  if (told_failure) return fail(*told_failure);
  if (answer.has_error() || answer->status != 200) return fail(failure_of(answer));
  if (reader->end().has_error()) return fail({.text = "the watch ended within an event"});
  const bool followed = reflector.follows();
  reflector.stream_ended(clock.steady());
  if (followed != reflector.follows()) {
    if (!reflector.follows()) observer.failed(target.name, {.text = reflector.problem()});
    publish(false);
  }
  step();
}

ReflectorFailure Reflection::Impl::failure_of(const Result<http::ClientResponse>& answer) const {
  if (answer.has_error()) return {.text = answer.error().message()};
  if (answer->status == 200) return {.text = "no answer of a Kubernetes API"};
  return reflector_failure(kube_status(*answer));
}

void Reflection::Impl::fail(const ReflectorFailure& failure) {
  reflector.failed(failure, clock.steady());
  const Reflector::Step next = reflector.next(clock.steady());
  // What is tried in another way at once is no trouble: a version that is gone, a server without
  // streaming lists.
  if (std::holds_alternative<Reflector::Wait>(next)) {
    observer.failed(target.name, failure);
    publish(false);
  }
  run(next);
}

void Reflection::Impl::publish(bool content) {
  CacheState state{.name = target.name,
                   .synced = synced,
                   .resource_version = reflector.resource_version(),
                   .heard = heard,
                   .objects = sink.size(),
                   .problem = reflector.problem()};
  sink.publish(state);
  observer.published(state, content);
}

Reflection::Reflection(KubeTransport& transport, const Clock& clock, ReflectionTarget target,
                       const ReflectorOptions& options, Random random, ObjectSink& sink,
                       ReflectionObserver& observer)
    : impl_(std::make_unique<Impl>(transport, clock, std::move(target), options, random, sink,
                                   observer)) {}
Reflection::~Reflection() = default;

void Reflection::start() {
  impl_->transport.after(Millis{0}, [impl = impl_.get()] { impl->step(); });
}

}  // namespace mainstay::clusters
