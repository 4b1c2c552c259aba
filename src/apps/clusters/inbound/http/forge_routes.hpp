#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "apps/clusters/access.hpp"
#include "apps/clusters/inbound/http/webhook.hpp"
#include "apps/clusters/ports/review.hpp"
#include "base/clock.hpp"
#include "platform/http/router.hpp"
#include "platform/lane/lane.hpp"

namespace mainstay::clusters {

/// A pull request has news: 0 for any.
using ForgeNewsListener = std::function<void(std::int64_t)>;

/// The page /clusters/forge and what it asks, for the embedded forge: reading for clusters_reader,
/// merging and closing for clusters_merge. What the forge does, it does on `lane`.
void register_review_routes(http::Router& router, const Access& access, Review& review, Lane& lane,
                            ForgeNewsListener news);

/// POST /clusters/forge/hook: webhooks of the forge that is configured, by their signature.
void register_webhook_route(http::Router& router, WebhookKind kind, std::string secret,
                            ForgeNewsListener news);

}  // namespace mainstay::clusters
