#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "apps/exchange/accounts.hpp"
#include "apps/exchange/directory.hpp"
#include "apps/exchange/inbound/http/depth_watch.hpp"
#include "apps/exchange/inbound/http/exchange_info.hpp"
#include "apps/exchange/inbound/http/meters.hpp"
#include "apps/exchange/inbound/http/parameters.hpp"
#include "apps/exchange/listen_keys.hpp"
#include "apps/exchange/venue.hpp"
#include "platform/auth/guard.hpp"
#include "platform/http/request.hpp"
#include "platform/http/response.hpp"

namespace mainstay::exchange {

/// Wakes the venue's lane once for all that the handlers of a wake-up submitted.
class VenueWaker final : public http::AfterHandlers {
 public:
  explicit VenueWaker(Venue& venue) : venue_(venue) {}
  void after_handlers() override { venue_.wake(); }

 private:
  Venue& venue_;
};

/// What the REST door stands on. All of it outlives the door.
struct RestParts {
  Venue& venue;
  VenueWaker& waker;  // with Venue::Wake::later
  const Directory& directory;
  Accounts& accounts;
  ListenKeys& listen_keys;
  DepthWatch& depth_watch;
  auth::Guard* guard = nullptr;  // null: nobody can sign in, market data alone is served
  ApiLimits limits;
  std::size_t threads = 1;  // I/O threads
};

/// A call whose caller is known and who may call.
struct RestCall {
  const http::Request& request;  // lives until the answer is complete
  AccountId account{};           // of routes that need one
  std::shared_ptr<WindowCount> orders{};
  std::uint64_t weight_used = 0;  // 0: not metered
  std::uint64_t orders_used = 0;
};

enum class Security : std::uint8_t {
  none,
  key,     // the key alone names the account
  account  // signed with it; or a session, or a bearer token
};

/// Answers, or defers, or says why not. What it takes behind its return it copies.
using RestHandler = Result<> (*)(const RestParts& parts, const RestCall& call,
                                 Parameters& parameters, http::Response& response);

struct RestRoute {
  http::Method method;
  std::string_view path;  // behind /exchange
  std::uint32_t weight = 1;
  Security security = Security::none;
  RestHandler handler = nullptr;
  bool counts_as_order = false;
  std::uint32_t (*weight_of)(Parameters&) = nullptr;  // where it depends on them
};

std::span<const RestRoute> market_routes();
std::span<const RestRoute> order_routes();
std::span<const RestRoute> account_routes();

/// An empty answer to the call: its type, and what the caller has used up.
void begin_answer(http::Response& response, std::uint64_t weight_used, std::uint64_t orders_used);

/// The right to answer a call later, once, from any thread. Dropped unanswered (a full queue) it
/// says that the server is busy.
class Pending {
 public:
  Pending(http::Response& response, const RestCall& call)
      : deferred_(response.defer()),
        weight_used_(call.weight_used),
        orders_used_(call.orders_used) {}
  Pending(Pending&& other) noexcept
      : deferred_(std::move(other.deferred_)),
        weight_used_(other.weight_used_),
        orders_used_(other.orders_used_),
        open_(std::exchange(other.open_, false)) {}
  Pending& operator=(Pending&&) = delete;
  ~Pending();

  /// `fill` runs on the connection's I/O thread.
  template <class Fill>
  void complete(Fill fill) {
    open_ = false;
    deferred_.complete([weight = weight_used_, orders = orders_used_,
                        fill = std::move(fill)](http::Response& response) mutable {
      begin_answer(response, weight, orders);
      fill(response);
    });
  }
  void refuse(Error error);

 private:
  http::Deferred deferred_;
  std::uint64_t weight_used_;
  std::uint64_t orders_used_;
  bool open_ = true;
};

/// `take` copies what the answer needs, on the venue's lane: a Result; `render` appends it to the
/// body, on the I/O thread.
template <class Take, class Render>
Result<> look(const RestParts& parts, const RestCall& call, http::Response& response, Take take,
              Render render) {
  Pending pending{response, call};
  // A full queue drops the closure, and with it what is pending.
  (void)parts.venue.look(
      [pending = std::move(pending), take = std::move(take),
       render = std::move(render)](const Views& views) mutable {
        auto taken = take(views);
        if (taken.has_error()) return pending.refuse(std::move(taken).error());
        pending.complete([taken = std::move(*taken), render = std::move(render)](
                             http::Response& answer) { render(answer.body(), taken); });
      },
      Venue::Wake::later);
  response.after_handlers(parts.waker);
  return {};
}

/// The symbol that the parameter of that name names, kept by the snapshot it is of.
struct NamedListing {
  std::shared_ptr<const Listings> all;
  const Listing* listing = nullptr;
  const Listing& operator*() const { return *listing; }
  const Listing* operator->() const { return listing; }
};
Result<NamedListing> named_listing(const RestParts& parts, Parameters& parameters);

/// A time in milliseconds.
Result<std::optional<Time>> time_parameter(Parameters& parameters, std::string_view name);
/// How many rows: at least 1, at most `most`; more is cut.
Result<std::size_t> limit_parameter(Parameters& parameters, std::size_t usual, std::size_t most);

}  // namespace mainstay::exchange
