#include "platform/search/service.hpp"

#include <utility>

#include "base/check.hpp"

namespace mainstay::search {
namespace {

class CountingSink final : public Sink {
 public:
  CountingSink(Rebuild& rebuild, const std::function<void(const Service::Progress&)>& on_progress)
      : rebuild_(rebuild), on_progress_(on_progress) {}

  Result<> put(std::span<const Document> documents) override {
    MS_TRY_VOID(rebuild_.put(documents));
    progress_.documents += documents.size();
    if (on_progress_) on_progress_(progress_);
    return {};
  }
  void expect(std::uint64_t documents) override { progress_.expected = documents; }
  [[nodiscard]] std::uint64_t documents() const { return progress_.documents; }

 private:
  Rebuild& rebuild_;
  const std::function<void(const Service::Progress&)>& on_progress_;
  Service::Progress progress_;
};

}  // namespace

Service::Service(Make make, std::size_t questions_max)
    : make_(std::move(make)), lane_("search", questions_max) {}
Service::~Service() = default;

Index& Service::add(Shape shape, Source source) {
  MS_CHECK(check(shape).has_value());
  std::string name = shape.name;
  const auto [at, is_new] =
      entries_.emplace(std::move(name), Entry{make_(std::move(shape)), std::move(source)});
  MS_CHECK(is_new);
  return *at->second.index;
}

Index* Service::find(std::string_view name) {
  const auto found = entries_.find(name);
  return found == entries_.end() ? nullptr : found->second.index.get();
}

std::vector<std::string> Service::names() const {
  std::vector<std::string> names;
  for (const auto& [name, entry] : entries_) names.push_back(name);
  return names;
}

void Service::start() { lane_.start(); }
void Service::stop() { lane_.stop(); }

void Service::ask(std::string_view name, Query query, UniqueFunction<void(Result<Found>)> done) {
  Index* index = find(name);
  MS_CHECK(index != nullptr);
  // Two owners: a job that the lane refuses is destroyed with what it holds.
  const auto shared = std::make_shared<UniqueFunction<void(Result<Found>)>>(std::move(done));
  const bool is_posted =
      lane_.try_post([index, shared, query = std::move(query)] { (*shared)(index->find(query)); });
  if (!is_posted) (*shared)(Error{Errc::busy, "too many questions at once"});
}

Result<std::uint64_t> Service::rebuild(std::string_view name,
                                       const std::function<void(const Progress&)>& on_progress) {
  const auto found = entries_.find(name);
  if (found == entries_.end()) {
    return Error{Errc::refused, "there is no index " + std::string{name}};
  }
  if (!found->second.source) {
    return Error{Errc::refused, "the index " + std::string{name} + " has no source of documents"};
  }
  MS_TRY(const auto rebuild, found->second.index->rebuild());
  CountingSink sink{*rebuild, on_progress};
  MS_TRY_VOID(found->second.source(sink));
  MS_TRY_VOID(rebuild->finish());
  return sink.documents();
}

}  // namespace mainstay::search
