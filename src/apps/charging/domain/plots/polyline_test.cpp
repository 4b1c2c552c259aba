#include "apps/charging/domain/plots/polyline.hpp"

#include <string>

#include <doctest/doctest.h>

namespace mainstay::charging::polyline_test {

TEST_CASE("polyline: the format's own example") {
  const auto points = decode_polyline("_p~iF~ps|U_ulLnnqC_mqNvxq`@");
  REQUIRE(points.has_value());
  REQUIRE(points->size() == 3);
  CHECK(points->at(0) == Position{385'000'000, -1'202'000'000});
  CHECK(points->at(1) == Position{407'000'000, -1'209'500'000});
  CHECK(points->at(2) == Position{432'520'000, -1'264'530'000});
  const auto fine = decode_polyline("_p~iF~ps|U", 6);
  REQUIRE(fine.has_value());
  CHECK(fine->front() == Position{38'500'000, -120'200'000});
}

TEST_CASE("polyline: what is cut, foreign or not on Earth is refused, at every place") {
  const std::string good = "_p~iF~ps|U_ulLnnqC_mqNvxq`@";
  for (std::size_t cut = 0; cut < good.size(); ++cut) {
    const auto points = decode_polyline(good.substr(0, cut));
    if (points.has_value()) CHECK((cut == 10 || cut == 18));
  }
  CHECK(decode_polyline("_p~iF ps|U").error().is(ShapeErrc::polyline_invalid));
  CHECK(decode_polyline("~~~~~~~~~~~~~~~~").error().is(ShapeErrc::polyline_invalid));
  CHECK(decode_polyline("").error().is(ShapeErrc::polyline_invalid));
  CHECK(decode_polyline("_gsia@_gsia@").error().detail().find("not on Earth") != std::string::npos);
  std::string long_one;
  for (std::size_t i = 0; i <= shape_points_max; ++i) long_one += "??";
  CHECK(decode_polyline(long_one).error().is(ShapeErrc::shape_too_large));
}

TEST_CASE("ring: of GeoJSON, bare or as a polygon's coordinates") {
  const std::vector<Position> want{
      {470'000'000, 80'000'000}, {470'000'000, 90'000'000}, {485'000'000, 85'000'000}};
  for (const char* text : {"[[8,47],[9,47],[8.5,48.5]]", " [ [8, 47] , [9,47], [ 8.5 , 48.5 ] ] ",
                           "[[[8,47],[9,47],[8.5,48.5]]]"}) {
    const auto points = parse_ring(text);
    REQUIRE(points.has_value());
    CHECK(*points == want);
  }
  for (const char* text : {"", "[]", "8,47", "[[8,47]", "[[8]]", "[[8,47],]", "[[8,47][9,47]]",
                           "[[8,97]]", "[[8,47,0]]", "[[8,47],[x,1]]"}) {
    CAPTURE(text);
    CHECK(parse_ring(text).error().is(ShapeErrc::ring_invalid));
  }
}

}  // namespace mainstay::charging::polyline_test
