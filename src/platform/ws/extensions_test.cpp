#include "platform/ws/extensions.hpp"

#include <string>

#include <doctest/doctest.h>

namespace mainstay::ws::extensions_test {
namespace {

/// What is answered: "-" nothing, "bad" what cannot be parsed.
std::string answer(std::string_view offers) {
  const auto parsed = parse_extension_offers(offers);
  if (!parsed.well_formed) return "bad";
  if (!parsed.deflate) return "-";
  const auto text = answer_to(*parsed.deflate);
  static constexpr std::string_view always =
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
  CHECK(text.starts_with(always));
  return "yes" + text.substr(always.size());
}

}  // namespace

TEST_CASE("extensions: offers that are taken, with what they ask for") {
  CHECK(answer("permessage-deflate") == "yes");
  CHECK(answer("permessage-deflate; client_max_window_bits") == "yes");
  CHECK(answer("permessage-deflate;client_max_window_bits=10 ;server_no_context_takeover") ==
        "yes");
  CHECK(answer("permessage-deflate; client_no_context_takeover; server_no_context_takeover") ==
        "yes");
  CHECK(answer("permessage-deflate; server_max_window_bits=8") == "yes; server_max_window_bits=8");
  CHECK(answer("permessage-deflate; server_max_window_bits=\"1\\5\"") ==
        "yes; server_max_window_bits=15");
  CHECK(answer("x-webkit-deflate-frame, , permessage-deflate, ") == "yes");
  CHECK(answer("other; a=\"b\"; c, permessage-deflate") == "yes");
}

TEST_CASE("extensions: offers that are declined, and the next one that is not (RFC 7692 7.1)") {
  CHECK(answer("") == "-");
  CHECK(answer("foo") == "-");
  CHECK(answer("Permessage-Deflate") == "-");
  CHECK(answer("permessage-deflate; unknown") == "-");
  CHECK(answer("permessage-deflate; server_max_window_bits") == "-");
  CHECK(answer("permessage-deflate; server_max_window_bits=7") == "-");
  CHECK(answer("permessage-deflate; server_max_window_bits=16") == "-");
  CHECK(answer("permessage-deflate; server_max_window_bits=08") == "-");
  CHECK(answer("permessage-deflate; client_max_window_bits=99999999999999999999") == "-");
  CHECK(answer("permessage-deflate; server_no_context_takeover=1") == "-");
  CHECK(answer("permessage-deflate; client_no_context_takeover; client_no_context_takeover") ==
        "-");
  CHECK(answer("permessage-deflate; a, permessage-deflate; server_max_window_bits=9") ==
        "yes; server_max_window_bits=9");
  CHECK(answer("permessage-deflate, permessage-deflate; server_max_window_bits=9") == "yes");
}

TEST_CASE("extensions: what is no list of extensions") {
  for (const auto* text : {";", "a;", "a b", "a; b=", "a; b=\"", "a; b=\"\"", "a; b=\"c d\"", "a=b",
                           "permessage-deflate; =", "a; b=c d", "a/b"}) {
    CHECK(answer(text) == "bad");
  }
}

}  // namespace mainstay::ws::extensions_test
