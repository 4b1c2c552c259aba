#include "commands/commands.hpp"

int main(int argc, char** argv) { return mainstay::commands::run(argc, argv); }
