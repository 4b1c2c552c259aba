#pragma once

#include <string>
#include <vector>

#include "platform/http/router.hpp"

namespace mainstay {

/// What one part of the running process shows of itself on the front page.
struct FrontPageEntry {
  std::string title;
  std::string text;
  struct Link {
    std::string href;
    std::string label;
  };
  std::vector<Link> links;
};

/// `GET /`: a page for people that says what runs and links on. Made once; needs nothing from
/// outside.
void register_front_page(http::Router& router, std::vector<FrontPageEntry> entries);

}  // namespace mainstay
