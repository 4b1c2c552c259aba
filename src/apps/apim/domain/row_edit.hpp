#pragma once

#include <utility>

#include "apps/apim/domain/catalog_edit.hpp"
#include "apps/apim/domain/catalog_rows.hpp"

// What the edits themselves need of CatalogEdit; who only passes one on does not include this.
namespace mainstay::apim {

template <class Row>
void CatalogEdit::put(Row row) {
  rows.push_back({RowChange::Kind::put, std::move(row)});
}

template <class Row>
void CatalogEdit::erase(Row row) {
  rows.push_back({RowChange::Kind::erase, std::move(row)});
}

}  // namespace mainstay::apim
