#include "apps/apim/errc.hpp"

#include <string>

#include <doctest/doctest.h>

namespace mainstay::apim::errc_test {

TEST_CASE("errors: every code, has the row of its name") {
  CHECK(error_row(Errc::provider_key_or_service_token_required).name ==
        "provider_key_or_service_token_required");
  CHECK(error_row(Errc::bad_request).name == "bad_request");
  CHECK(error_row(Errc::usage_too_large).name == "usage_too_large");
  CHECK(error_row(Errc::application_key_invalid).name == "application_key_invalid");
  CHECK(error_row(Errc::redirect_url_invalid).name == "redirect_url_invalid");
  CHECK(error_row(Errc::transaction_timestamp_too_new).name == "transaction_timestamp_too_new");
  CHECK(error_row(Errc::journal_unavailable).name == "journal_unavailable");
}

TEST_CASE("errors: messages, quote what came or say that nothing did") {
  CHECK(application_not_found("a").detail() == "application with id=\"a\" was not found");
  CHECK(application_not_found("").detail() == "application id is missing");
  CHECK(usage_value_invalid("m", " ").detail() == "usage value for metric \"m\" can not be empty");
  CHECK(service_token_invalid("t", "s").detail() ==
        "service token \"t\" or service id \"s\" is invalid");
}

}  // namespace mainstay::apim::errc_test
