#include "platform/mail/compose.hpp"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

namespace mainstay::mail {
namespace {

constexpr std::string_view subject_begin = "Subject: ";

/// Values that cannot begin a line of their own, so that the first line stays the subject.
struct Flat {
  std::vector<std::string> values;
  std::vector<templates::Field> fields;
};

Flat flattened(std::span<const templates::Field> fields) {
  Flat flat;
  for (const templates::Field& field : fields) {
    std::string value{field.value};
    std::ranges::replace_if(
        value, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
    flat.values.push_back(std::move(value));
  }
  for (std::size_t i = 0; i < fields.size(); ++i) {
    flat.fields.push_back({fields[i].name, flat.values[i]});
  }
  return flat;
}

}  // namespace

Result<Message> compose(const templates::Templates& templates, std::string_view name,
                        std::string to, std::initializer_list<templates::Field> fields) {
  const std::string base{name};
  const Flat flat = flattened({fields.begin(), fields.size()});
  const std::string subject = templates.render(base + ".txt", flat.fields);
  const std::size_t end = std::min(subject.find('\n'), subject.size());
  if (!subject.starts_with(subject_begin)) {
    return Error{Errc::refused, base + ".txt does not begin with a line `Subject: ...`"};
  }
  Message message;
  message.to = std::move(to);
  message.subject = subject.substr(subject_begin.size(), end - subject_begin.size());
  message.text = templates.render(base + ".txt", fields);
  // Flattened values are as long as they were: the subject's line is as long here as there.
  message.text.erase(0, std::min(message.text.size(), end + 1));
  if (message.text.starts_with('\n')) message.text.erase(0, 1);
  if (templates.has(base + ".html")) message.html = templates.render(base + ".html", fields);
  MS_TRY_VOID(check(message));
  return message;
}

}  // namespace mainstay::mail
