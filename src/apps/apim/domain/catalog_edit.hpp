#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "apps/apim/domain/catalog.hpp"
#include "apps/apim/domain/catalog_errc.hpp"
#include "base/result.hpp"

namespace mainstay::apim {

struct RowChange;  // catalog_rows.hpp

/// A change of the catalog that was found good: the catalog after it, and the same change as rows,
/// in the order in which a store must make it. The edits themselves (service_edit.hpp and its
/// neighbours) are pure functions.
struct CatalogEdit {
  Catalog next;
  std::vector<RowChange> rows;

  // Out of line and behind row_edit.hpp, so that handlers do not compile the variant of all rows.
  CatalogEdit();
  explicit CatalogEdit(Catalog after);
  CatalogEdit(const CatalogEdit& other);
  CatalogEdit(CatalogEdit&& other) noexcept;
  CatalogEdit& operator=(const CatalogEdit& other);
  CatalogEdit& operator=(CatalogEdit&& other) noexcept;
  ~CatalogEdit();

  /// For those behind which RowChange is not known.
  [[nodiscard]] std::size_t row_count() const;
  template <class Row>
  void put(Row row);
  template <class Row>
  void erase(Row row);
  /// Adds a later edit, made from this one's `next`.
  void then(CatalogEdit later);
};

/// Ids, keys, tokens, names: not empty, at most Limits::id_bytes_max, UTF-8, no control characters.
/// `what` begins the refusal's message. Error: value_invalid.
Result<> check_id(std::string_view what, std::string_view value);
/// The same for texts that may be empty.
Result<> check_text(std::string_view what, std::string_view value);

/// Errors: service_not_found, application_not_found.
Result<const Service*> find_service(const Catalog& catalog, const ServiceId& id);
Result<const Application*> find_application(const Catalog& catalog, const ServiceId& service_id,
                                            const ApplicationId& id);

/// The catalog with this service in its place. No rows yet.
CatalogEdit with_service(const Catalog& catalog, Service service);

}  // namespace mainstay::apim
