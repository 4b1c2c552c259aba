#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mainstay::store {

/// SQL as text: where quoted things, comments and statements end, by PostgreSQL's grammar. Reads
/// any bytes; what never ends (a quote, a comment) ends with the text.

struct SqlStatement {
  std::size_t at = 0;     // where its first word begins
  std::string_view text;  // without the semicolon, nor blanks and comments before it
};

/// The statements of a script, empty ones left out.
std::vector<SqlStatement> split_statements(std::string_view script);

/// N when the parameters of `sql` are $1 ... $N without a gap; nothing otherwise.
std::optional<std::size_t> parameter_count(std::string_view sql);

/// It would end the transaction that works share, change the session behind the store's back, or
/// speak another protocol (COPY): works may not.
bool is_reserved_to_the_store(std::string_view sql);

/// The first word, in capitals (sixteen letters of it at most); empty when there is none.
std::string first_word_of(std::string_view sql);

/// The script as its reader takes it for whom `/*READER: ... */` is no comment: the marks become
/// blanks, everything else stays where it is.
std::string opened_for(std::string_view reader, std::string_view script);

/// The line of an offset, from 1.
std::size_t line_at(std::string_view text, std::size_t offset);

}  // namespace mainstay::store
