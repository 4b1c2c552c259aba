#include "apps/clusters/embedded_cluster/watches.hpp"

#include <utility>

#include "apps/clusters/limits.hpp"

namespace mainstay::clusters::embedded {

void Watches::add(const http::Request& request, http::Response& response, WatchTerms terms,
                  std::string begin, Revision since) {
  watches_.push_back({std::move(terms), nullptr, clock_.steady() + bookmark_every_});
  const auto place = std::prev(watches_.end());
  http::BodyStreamOptions options;
  options.content_type = "application/json";
  options.unsent_bytes_max = Limits::embedded_backlog_bytes_max;
  options.on_tick = [this, place] { on_tick(place); };
  options.on_closed = [this, place] { watches_.erase(place); };
  place->stream = http::BodyStream::begin(request, response, std::move(options));
  if (place->stream == nullptr) {  // HEAD
    watches_.erase(place);
    return;
  }
  store_.changes_since(since, [&](const Change& change) {
    append_change(begin, *place, change);
    return true;
  });
  place->stream->send(begin);
}

void Watches::on_change(const Change& change) {
  for (const Watch& watch : watches_) {
    std::string event;
    append_change(event, watch, change);
    if (!event.empty()) watch.stream->send(event);
  }
}

void Watches::end_all_of(std::string_view resource) {
  for (const Watch& watch : watches_) {
    if (watch.terms.presenter.type().resource() == resource) watch.stream->end();
  }
}

/// With a selector an object comes into being when it begins to match, and goes when it no longer
/// does.
void Watches::append_change(std::string& out, const Watch& watch, const Change& change) const {
  const WatchTerms& terms = watch.terms;
  if (change.resource != terms.presenter.type().resource()) return;
  if (!change.key.starts_with(terms.prefix)) return;
  const bool was = change.before != nullptr && terms.selector.matches(*change.before);
  const bool is = change.after != nullptr && terms.selector.matches(*change.after);
  const SystemTime now = clock_.wall();
  if (is) {
    terms.presenter.append_event(out, was ? "MODIFIED" : "ADDED", *change.after, 0, now);
  } else if (was && change.after != nullptr) {
    terms.presenter.append_event(out, "DELETED", *change.before, change.revision, now);
  } else if (was) {
    terms.presenter.append_event(out, "DELETED", *change.told, 0, now);
  }
}

void Watches::on_tick(Place watch) {
  const SteadyTime now = clock_.steady();
  const bool over = now >= watch->terms.ends_at;
  if (watch->terms.bookmarks && (over || now >= watch->bookmark_at)) {
    watch->bookmark_at = now + bookmark_every_;
    std::string bookmark;
    watch->terms.presenter.append_bookmark(bookmark, store_.revision(), false);
    watch->stream->send(bookmark);
  }
  if (over) watch->stream->end();
}

}  // namespace mainstay::clusters::embedded
