#include "apps/apim/outbound/sqlite/deleted_service_rows.hpp"

#include <string>
#include <variant>

namespace mainstay::apim {

Result<std::vector<DeletedService>> SqlDeletedServices::list() const {
  std::vector<DeletedService> marks;
  const Result<> done = store_.read([&marks](store::Session& session) {
    return session.each(
        "SELECT id, service_id FROM apim_deleted_services ORDER BY id", {},
        [&marks](const store::Row& row) {
          marks.push_back({std::get<std::int64_t>(row[0]), std::get<std::string>(row[1])});
        });
  });
  if (done.has_error()) return done.error();
  return marks;
}

Result<> SqlDeletedServices::forget(const std::vector<DeletedService>& marks) {
  if (marks.empty()) return {};
  return store_.write_now([&marks](store::Session& session) -> Result<> {
    for (const DeletedService& mark : marks) {
      MS_TRY_VOID(session.execute("DELETE FROM apim_deleted_services WHERE id = $1", {mark.id}));
    }
    return {};
  });
}

}  // namespace mainstay::apim
