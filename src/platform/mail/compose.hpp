#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "platform/mail/message.hpp"
#include "platform/templates/templates.hpp"

namespace mainstay::mail {

/// A message from the templates NAME.txt, whose first line is `Subject: ...`, and NAME.html, when
/// there is one. Control characters in the values of the subject's places become blanks. Refuses
/// what check() refuses.
Result<Message> compose(const templates::Templates& templates, std::string_view name,
                        std::string to, std::initializer_list<templates::Field> fields);

}  // namespace mainstay::mail
