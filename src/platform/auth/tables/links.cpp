#include "platform/auth/tables/links.hpp"

#include "platform/auth/errc.hpp"
#include "platform/auth/limits.hpp"
#include "platform/auth/tables/rows.hpp"

namespace mainstay::auth {
namespace {

using store::Session;
using store::text;

std::string letter(Purpose purpose) { return std::string(1, static_cast<char>(purpose)); }

}  // namespace

Result<> insert_link(Session& session, const Waiting& waiting) {
  MS_TRY(const auto count, session.query("SELECT COUNT(*) FROM auth_links"));
  if (number_at(count.front(), 0) >= static_cast<std::int64_t>(Limits::links_max)) {
    return Error{Errc::busy, "too many links wait to be used"};
  }
  const store::Value user = waiting.user_id.empty() ? store::Value{} : text(waiting.user_id);
  MS_TRY([[maybe_unused]] const auto added,
         session.execute("INSERT INTO auth_links (id, purpose, user_id, address, name, "
                         "password_hash, role, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                         {text(waiting.id), letter(waiting.purpose), user, text(waiting.address),
                          text(waiting.name), text(waiting.password_hash), text(waiting.role),
                          value(waiting.expires_at)}));
  return {};
}

Result<std::optional<Waiting>> find_link(Session& session, const Link& link) {
  MS_TRY(const auto rows,
         session.query("SELECT user_id, address, name, password_hash, role, expires_at "
                       "FROM auth_links WHERE id = $1 AND purpose = $2",
                       {text(link.id), letter(link.purpose)}));
  if (rows.empty()) return std::optional<Waiting>{};
  const store::Row& row = rows.front();
  Waiting waiting;
  waiting.id = link.id;
  waiting.purpose = link.purpose;
  if (!is_null_at(row, 0)) waiting.user_id = text_at(row, 0);
  waiting.address = text_at(row, 1);
  waiting.name = text_at(row, 2);
  waiting.password_hash = text_at(row, 3);
  waiting.role = text_at(row, 4);
  waiting.expires_at = time_at(row, 5);
  return std::optional{std::move(waiting)};
}

Result<bool> use_link(Session& session, std::string_view id) {
  MS_TRY(const auto removed, session.execute("DELETE FROM auth_links WHERE id = $1", {text(id)}));
  return removed > 0;
}

Result<> remove_links(Session& session, std::string_view user_id, Purpose purpose) {
  MS_TRY([[maybe_unused]] const auto removed,
         session.execute("DELETE FROM auth_links WHERE user_id = $1 AND purpose = $2",
                         {text(user_id), letter(purpose)}));
  return {};
}

Result<std::uint64_t> sweep_links(Session& session, SystemTime now) {
  return session.execute("DELETE FROM auth_links WHERE expires_at < $1", {value(now)});
}

}  // namespace mainstay::auth
