#include "apps/charging/outbound/memory/rtree_geo_index.hpp"

#include "apps/charging/outbound/memory/linear_geo_index.hpp"
#include "apps/charging/ports/geo_index_contract.hpp"

namespace mainstay::charging::rtree_geo_index_test {

TEST_CASE_TEMPLATE("geo index contract", Index, LinearGeoIndex, RTreeGeoIndex) {
  GeoIndexContract<Index>{}.run();
}

}  // namespace mainstay::charging::rtree_geo_index_test
