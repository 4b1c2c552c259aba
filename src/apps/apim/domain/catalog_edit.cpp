#include "apps/apim/domain/catalog_edit.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "apps/apim/domain/row_edit.hpp"
#include "apps/apim/limits.hpp"
#include "base/text.hpp"

namespace mainstay::apim {

CatalogEdit::CatalogEdit() = default;
CatalogEdit::CatalogEdit(Catalog after) : next(std::move(after)) {}
CatalogEdit::CatalogEdit(const CatalogEdit& other) = default;
CatalogEdit::CatalogEdit(CatalogEdit&& other) noexcept = default;
CatalogEdit& CatalogEdit::operator=(const CatalogEdit& other) = default;
CatalogEdit& CatalogEdit::operator=(CatalogEdit&& other) noexcept = default;
CatalogEdit::~CatalogEdit() = default;

std::size_t CatalogEdit::row_count() const { return rows.size(); }

void CatalogEdit::then(CatalogEdit later) {
  next = std::move(later.next);
  rows.insert(rows.end(), std::make_move_iterator(later.rows.begin()),
              std::make_move_iterator(later.rows.end()));
}

Result<> check_id(std::string_view what, std::string_view value) {
  if (value.empty()) return value_invalid(what, "must not be empty");
  return check_text(what, value);
}

Result<> check_text(std::string_view what, std::string_view value) {
  if (value.size() > Limits::id_bytes_max) {
    return value_invalid(what, "is longer than " + std::to_string(Limits::id_bytes_max) + " bytes");
  }
  if (!is_valid_utf8(value)) return value_invalid(what, "is not valid UTF-8");
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  if (std::ranges::any_of(value, is_control)) {
    return value_invalid(what, "must not contain control characters");
  }
  return {};
}

Result<const Service*> find_service(const Catalog& catalog, const ServiceId& id) {
  const Service* service = catalog.services.find(id.get());
  if (service == nullptr) return catalog_error(CatalogErrc::service_not_found);
  return service;
}

Result<const Application*> find_application(const Catalog& catalog, const ServiceId& service_id,
                                            const ApplicationId& id) {
  MS_TRY(const Service* service, find_service(catalog, service_id));
  const Application* application = service->applications.find(id.get());
  if (application == nullptr) return catalog_error(CatalogErrc::application_not_found);
  return application;
}

CatalogEdit with_service(const Catalog& catalog, Service service) {
  CatalogEdit edit{catalog};
  const std::string id = service.id.get();
  edit.next.services = edit.next.services.with(id, std::move(service));
  return edit;
}

}  // namespace mainstay::apim
