#include "apps/apim/domain/token_edit.hpp"

#include <string>

#include "apps/apim/domain/row_edit.hpp"
#include "apps/apim/limits.hpp"

namespace mainstay::apim {
namespace {

Result<> check_count(std::span<const TokenGrant> grants) {
  if (grants.size() <= Limits::service_tokens_per_request_max) return {};
  return too_many("service tokens in one request", Limits::service_tokens_per_request_max);
}

Result<> check(std::span<const TokenGrant> grants) {
  MS_TRY_VOID(check_count(grants));
  for (const TokenGrant& grant : grants) {
    if (grant.token.get().empty()) return catalog_error(CatalogErrc::service_token_blank);
  }
  for (const TokenGrant& grant : grants) {
    if (grant.service_id.get().empty()) return catalog_error(CatalogErrc::service_id_blank);
    MS_TRY_VOID(check_id("service token", grant.token.get()));
    MS_TRY_VOID(check_id("service id", grant.service_id.get()));
  }
  return {};
}

}  // namespace

Result<CatalogEdit> add_service_tokens(const Catalog& catalog, std::span<const TokenGrant> grants) {
  MS_TRY_VOID(check(grants));
  CatalogEdit edit{catalog};
  for (const TokenGrant& grant : grants) {
    const std::string slot = token_slot(grant.token.get(), grant.service_id.get());
    if (edit.next.tokens.find(slot) != nullptr) continue;
    edit.next.tokens = edit.next.tokens.with(slot, grant);
    edit.put(ServiceTokenRow{grant.service_id, grant.token});
  }
  return edit;
}

Result<CatalogEdit> remove_service_tokens(const Catalog& catalog,
                                          std::span<const TokenGrant> grants) {
  MS_TRY_VOID(check_count(grants));
  CatalogEdit edit{catalog};
  for (const TokenGrant& grant : grants) {
    const std::string slot = token_slot(grant.token.get(), grant.service_id.get());
    if (edit.next.tokens.find(slot) == nullptr) continue;
    edit.next.tokens = edit.next.tokens.without(slot);
    edit.erase(ServiceTokenRow{grant.service_id, grant.token});
  }
  return edit;
}

}  // namespace mainstay::apim
