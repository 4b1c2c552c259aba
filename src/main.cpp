#include "apps/apim/module.hpp"
#include "apps/charging/module.hpp"
#include "apps/clusters/module.hpp"
#include "apps/demo/module.hpp"
#include "apps/exchange/module.hpp"
#include "apps/kit/module.hpp"
#include "commands/commands.hpp"
#include "platform/auth/module.hpp"
#include "platform/jobs/module.hpp"
#include "platform/mail/module.hpp"
#include "platform/program/product.hpp"
#include "platform/search/module.hpp"

/// The table of contents of the product: its parts, in the order in which they start.
int main(int argc, char** argv) {
  using namespace mainstay;
  Product product;
  product.name = "mainstay";
  product.title = "Mainstay";
  product.version = MS_VERSION;
  product.summary = "Mainstay: API management and API applications in one binary.";
  product.examples =
      "  mainstay serve --demo            try it: a demo tenant on http://127.0.0.1:3000\n"
      "  mainstay -p 3000 -d start        run in the background; `mainstay stop` ends it\n"
      "  mainstay settings explain        every setting, its value and where that came from\n"
      "  mainstay migrate status          which schema changes are applied\n";
  product.modules = make_modules<jobs::Module, mail::Module, search::Module, auth::Module,
                                 apim::Module, exchange::Module, charging::Module, clusters::Module,
                                 demo::Module, kit::Module>();
  return commands::run(argc, argv, product);
}
