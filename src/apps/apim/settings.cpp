#include "apps/apim/settings.hpp"

namespace mainstay::apim {
namespace {

using settings::Kind;
using settings::Spec;

std::vector<Spec> access_specs() {
  return {
      {.key = "apps.apim.listen",
       .help =
           "address:port of a listener for API management alone, /internal included; empty: the "
           "common one"},
      {.key = "apps.apim.internal_user",
       .help = "user of the internal API (HTTP Basic)",
       .variables = {"CONFIG_INTERNAL_API_USER"}},
      {.key = "apps.apim.internal_password",
       .help = "password of the internal API; without both it refuses everybody",
       .secret = true,
       .variables = {"CONFIG_INTERNAL_API_PASSWORD"}},
      {.key = "apps.apim.page",
       .kind = Kind::boolean,
       .fallback = "true",
       .help = "the page /apim, beside the internal API and with its user and password"},
  };
}

std::vector<Spec> notice_specs() {
  return {
      {.key = "apps.apim.events_hook",
       .help = "URL that is told when events wait",
       .secret = true,
       .variables = {"CONFIG_EVENTS_HOOK"}},
      {.key = "apps.apim.events_hook_secret",
       .help = "shared secret that the events hook gets",
       .secret = true,
       .variables = {"CONFIG_EVENTS_HOOK_SHARED_SECRET"}},
      {.key = "apps.apim.alert_webhooks_to_private_addresses",
       .kind = Kind::boolean,
       .fallback = "false",
       .help = "consumers' alert webhooks may lie in loopback and private networks"},
  };
}

std::vector<Spec> counting_specs() {
  return {
      {.key = "apps.apim.master_service_id",
       .help = "service in which providers' own calls are counted; empty: they are not",
       .variables = {"CONFIG_MASTER_SERVICE_ID"}},
      {.key = "apps.apim.master_metric_transactions",
       .fallback = "transactions",
       .help = "metric of counted transactions in the master service",
       .variables = {"CONFIG_MASTER_METRICS_TRANSACTIONS"}},
      {.key = "apps.apim.master_metric_authorize",
       .fallback = "transactions/authorize",
       .help = "metric of authorizations in the master service",
       .variables = {"CONFIG_MASTER_METRICS_TRANSACTIONS_AUTHORIZE"}},
      {.key = "apps.apim.notification_batch",
       .kind = Kind::integer,
       .fallback = "10000",
       .help =
           "metered calls that are counted in the master service at once; fewer wait for a second",
       .variables = {"CONFIG_NOTIFICATION_BATCH"},
       .least = 1,
       .most = 1'000'000},
      {.key = "apps.apim.idempotency_keys_max",
       .kind = Kind::integer,
       .fallback = "10000000",
       .help =
           "idempotency keys that are kept, each for 24 hours, at about 30 bytes; beyond, calls "
           "with a new key are refused",
       .least = 0,
       .most = 1'000'000'000},
      {.key = "apps.apim.legacy_referrer_filters",
       .kind = Kind::boolean,
       .fallback = "false",
       .help = "referrer filters match any part of the referrer",
       .variables = {"CONFIG_LEGACY_REFERRER_FILTERS"}},
      {.key = "apps.apim.mirror_every",
       .kind = Kind::duration,
       .fallback = "1s",
       .help = "how often counters are mirrored into the store, at 10 % of a core at most"},
  };
}

}  // namespace

std::vector<Spec> setting_specs() {
  std::vector<Spec> all;
  for (std::vector<Spec> part : {access_specs(), notice_specs(), counting_specs()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

}  // namespace mainstay::apim
