#include "apps/exchange/inbound/http/primary_routes.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "apps/exchange/inbound/http/json_answer.hpp"
#include "apps/exchange/inbound/http/primary_input.hpp"
#include "apps/exchange/inbound/http/primary_json.hpp"
#include "apps/exchange/primary_desk.hpp"
#include "apps/exchange/venue.hpp"
#include "platform/auth/guard.hpp"

namespace mainstay::exchange {
namespace {

struct Parts {
  PrimaryDesk& desk;
  Venue& venue;
};

using Route = void (*)(const Parts&, const http::Request&, http::Response&, const auth::Caller&);

bool is_operator(const auth::Caller& caller) { return caller.has_role(operator_role); }

/// Whose things the caller sees; empty: everybody's.
std::string seen_by(const auth::Caller& caller) {
  return is_operator(caller) ? std::string{} : caller.user_id;
}

bool is_seen(const std::string& owner, const std::string& viewer) {
  return viewer.empty() || viewer == owner;
}

/// What the store gives, as somebody else's when it is.
template <class Record>
Result<Record> seen(Result<Record> found, const std::string& viewer) {
  if (found.has_value() && !is_seen(found->owner, viewer)) return PrimaryErrc::unknown;
  return found;
}

/// `make` turns the store into an answer, on its lane.
template <class Make>
void answer_from_store(const Parts& parts, http::Response& response, Make make) {
  parts.desk.ask([reply = Reply{response}, make = std::move(make)](PrimaryStore& store) mutable {
    reply.give(make(store));
  });
}

/// The same for what is listed: `list` gives the page's records.
template <class List, class IdOf>
void answer_page(const Parts& parts, const http::Request& request, http::Response& response,
                 const auth::Caller& caller, std::string_view name, List list, IdOf id_of) {
  auto page = read_page(request.query);
  if (!page) return refuse_problem(response, page.error());
  page->owner = seen_by(caller);
  answer_from_store(parts, response,
                    [page = *page, name, list, id_of](PrimaryStore& store) -> Result<json::Value> {
                      MS_TRY(const auto records, list(store, page));
                      return page_json(name, records, page.limit, id_of);
                    });
}

/// What was made, or was there already.
template <class Record>
UniqueFunction<void(Result<Record>)> created(http::Response& response) {
  return [reply = Reply{response}](Result<Record> made) mutable {
    if (made.has_error()) return reply.give(std::move(made).error());
    reply.give(to_json(*made), 201);
  };
}

/// Of the matches of what the path names.
template <class Find>
void answer_matches(const Parts& parts, const http::Request& request, http::Response& response,
                    const auth::Caller& caller, MatchesOf of, std::uint64_t id, Find find) {
  const auto page = read_page(request.query);
  if (!page) return refuse_problem(response, page.error());
  answer_from_store(parts, response,
                    [page = *page, viewer = seen_by(caller), of, id,
                     find](PrimaryStore& store) -> Result<json::Value> {
                      MS_TRY([[maybe_unused]] const auto whose, seen(find(store, id), viewer));
                      MS_TRY(const auto matches, store.matches(of, id, page.after, page.limit));
                      return page_json("matches", matches, page.limit,
                                       [](const MatchRecord& one) { return one.match.id; });
                    });
}

auto find_investor(PrimaryStore& store, std::uint64_t id) {
  return store.investor(models::InvestorUserId{id});
}
auto find_artist(PrimaryStore& store, std::uint64_t id) {
  return store.artist(models::AssetUserId{id});
}
auto find_allocation(PrimaryStore& store, std::uint64_t id) { return store.allocation(id); }

/// One of a kind, by the path's number.
template <class Find>
void answer_one(const Parts& parts, http::Response& response, const auth::Caller& caller,
                std::uint64_t id, Find find) {
  answer_from_store(
      parts, response,
      [viewer = seen_by(caller), id, find](PrimaryStore& store) -> Result<json::Value> {
        MS_TRY(const auto one, seen(find(store, id), viewer));
        return to_json(one);
      });
}

// --- investors -----------------------------------------------------------------------------------

void post_investor(const Parts& parts, const http::Request& request, http::Response& response,
                   const auth::Caller& caller) {
  auto input = read_investor(request.body, request.at);
  if (!input) return refuse_problem(response, input.error());
  input->record.owner = caller.user_id;
  parts.desk.add_investor(std::move(input->record), input->account, !is_operator(caller),
                          created<InvestorRecord>(response));
}

void get_investors(const Parts& parts, const http::Request& request, http::Response& response,
                   const auth::Caller& caller) {
  answer_page(
      parts, request, response, caller, "investors",
      [](PrimaryStore& store, const PageOf& page) { return store.investors(page); },
      [](const InvestorRecord& one) { return one.user.id.get(); });
}

void get_investor(const Parts& parts, const http::Request& request, http::Response& response,
                  const auth::Caller& caller) {
  answer_one(parts, response, caller, request.params.number("investor"), find_investor);
}

void get_investor_matches(const Parts& parts, const http::Request& request,
                          http::Response& response, const auth::Caller& caller) {
  answer_matches(parts, request, response, caller, MatchesOf::investor,
                 request.params.number("investor"), find_investor);
}

using AccountView = json::Value (*)(const InvestorRecord&, const std::vector<IssuedUnits>&,
                                    const Views&);

/// What the store knows of an investor, then what the market knows of its account.
void answer_account(const Parts& parts, const http::Request& request, http::Response& response,
                    const auth::Caller& caller, AccountView view) {
  parts.desk.ask([&venue = parts.venue, view, viewer = seen_by(caller),
                  id = request.params.number("investor"),
                  reply = Reply{response}](PrimaryStore& store) mutable {
    auto investor = seen(find_investor(store, id), viewer);
    if (investor.has_error()) return reply.give(std::move(investor).error());
    auto issued = store.holdings(investor->user.id);
    if (issued.has_error()) return reply.give(std::move(issued).error());
    (void)venue.look([view, investor = std::move(*investor), issued = std::move(*issued),
                      reply = std::move(reply)](const Views& views) mutable {
      reply.give(view(investor, issued, views));
    });
  });
}

void get_holdings(const Parts& parts, const http::Request& request, http::Response& response,
                  const auth::Caller& caller) {
  answer_account(parts, request, response, caller, holdings_json);
}

void get_performance(const Parts& parts, const http::Request& request, http::Response& response,
                     const auth::Caller& caller) {
  answer_account(parts, request, response, caller, performance_json);
}

// --- artists -------------------------------------------------------------------------------------

void post_artist(const Parts& parts, const http::Request& request, http::Response& response,
                 const auth::Caller& caller) {
  auto input = read_artist(request.body, request.at);
  if (!input) return refuse_problem(response, input.error());
  input->owner = caller.user_id;
  parts.desk.add_artist(std::move(*input), !is_operator(caller), created<ArtistRecord>(response));
}

/// Everybody sees all artists: they are what there is to invest in.
void get_artists(const Parts& parts, const http::Request& request, http::Response& response,
                 const auth::Caller&) {
  auth::Caller everybody;
  everybody.roles.emplace_back(operator_role);
  answer_page(
      parts, request, response, everybody, "artists",
      [](PrimaryStore& store, const PageOf& page) { return store.artists(page); },
      [](const ArtistRecord& one) { return one.user.id.get(); });
}

void get_artist(const Parts& parts, const http::Request& request, http::Response& response,
                const auth::Caller&) {
  answer_from_store(
      parts, response,
      [id = request.params.number("artist")](PrimaryStore& store) -> Result<json::Value> {
        MS_TRY(const auto one, find_artist(store, id));
        return to_json(one);
      });
}

void get_artist_matches(const Parts& parts, const http::Request& request, http::Response& response,
                        const auth::Caller& caller) {
  answer_matches(parts, request, response, caller, MatchesOf::artist,
                 request.params.number("artist"), find_artist);
}

void get_artist_performance(const Parts& parts, const http::Request& request,
                            http::Response& response, const auth::Caller&) {
  parts.desk.ask([&venue = parts.venue, id = request.params.number("artist"),
                  reply = Reply{response}](PrimaryStore& store) mutable {
    auto artist = find_artist(store, id);
    if (artist.has_error()) return reply.give(std::move(artist).error());
    (void)venue.look(
        [artist = std::move(*artist), reply = std::move(reply)](const Views& views) mutable {
          reply.give(performance_json(artist, views));
        });
  });
}

// --- allocations ---------------------------------------------------------------------------------

void post_allocation(const Parts& parts, const http::Request& request, http::Response& response,
                     const auth::Caller& caller) {
  auto wanted = read_allocation(request.body, request.at);
  if (!wanted) return refuse_problem(response, wanted.error());
  wanted->owner = caller.user_id;
  parts.desk.allocate(std::move(*wanted), seen_by(caller), created<AllocationRecord>(response));
}

void get_allocations(const Parts& parts, const http::Request& request, http::Response& response,
                     const auth::Caller& caller) {
  answer_page(
      parts, request, response, caller, "allocations",
      [](PrimaryStore& store, const PageOf& page) { return store.allocations(page); },
      [](const AllocationRecord& one) { return one.id; });
}

void get_allocation(const Parts& parts, const http::Request& request, http::Response& response,
                    const auth::Caller& caller) {
  answer_one(parts, response, caller, request.params.number("allocation"), find_allocation);
}

void get_allocation_matches(const Parts& parts, const http::Request& request,
                            http::Response& response, const auth::Caller& caller) {
  answer_matches(parts, request, response, caller, MatchesOf::allocation,
                 request.params.number("allocation"), find_allocation);
}

}  // namespace

void register_primary_market(http::Router& router, PrimaryDesk& desk, Venue& venue,
                             auth::Guard& guard) {
  const auto add = [&](http::Method method, std::string_view pattern, Route route) {
    router.add(method, pattern,
               guard.require({}, [parts = Parts{desk, venue}, route](const http::Request& request,
                                                                     http::Response& response,
                                                                     const auth::Caller& caller) {
                 route(parts, request, response, caller);
               }));
  };
  using http::Method;
  add(Method::post, "/exchange/v1/investors", post_investor);
  add(Method::get, "/exchange/v1/investors", get_investors);
  add(Method::get, "/exchange/v1/investors/{investor:u64}", get_investor);
  add(Method::get, "/exchange/v1/investors/{investor:u64}/matches", get_investor_matches);
  add(Method::get, "/exchange/v1/investors/{investor:u64}/holdings", get_holdings);
  add(Method::get, "/exchange/v1/investors/{investor:u64}/performance", get_performance);
  add(Method::post, "/exchange/v1/artists", post_artist);
  add(Method::get, "/exchange/v1/artists", get_artists);
  add(Method::get, "/exchange/v1/artists/{artist:u64}", get_artist);
  add(Method::get, "/exchange/v1/artists/{artist:u64}/matches", get_artist_matches);
  add(Method::get, "/exchange/v1/artists/{artist:u64}/performance", get_artist_performance);
  add(Method::post, "/exchange/v1/allocations", post_allocation);
  add(Method::get, "/exchange/v1/allocations", get_allocations);
  add(Method::get, "/exchange/v1/allocations/{allocation:u64}", get_allocation);
  add(Method::get, "/exchange/v1/allocations/{allocation:u64}/matches", get_allocation_matches);
}

}  // namespace mainstay::exchange
