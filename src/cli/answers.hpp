#pragma once

#include <webhookd/error.hpp>

#include <rapidjson/document.h>

#include <string>
#include <string_view>
#include <vector>

/// How answers of the admin API are shown.
namespace webhookd::cli {

/// A column of a table: the member that it shows, and its title where that is another word.
struct column {
    column(const char* m)
        : member(m)
        , title(m) {}
    column(const char* m, const char* t)
        : member(m)
        , title(t) {}
    const char* member;
    const char* title;
};

/// What a member says, as one cell: `-` for what is not there or null.
[[nodiscard]] std::string cell(const rapidjson::Value& object, const char* member);

/// The same for an instant, without what nobody reads: its fraction.
[[nodiscard]] std::string second(const rapidjson::Value& row, const char* member);

/// A member's number; 0 where it has none.
[[nodiscard]] std::int64_t number(const rapidjson::Value& object, const char* member);
/// A member's text; empty where it has none.
[[nodiscard]] std::string text(const rapidjson::Value& object, const char* member);
/// Whether a member is there and true.
[[nodiscard]] bool is_true(const rapidjson::Value& object, const char* member);
/// A member's array; an empty one where it has none.
[[nodiscard]] const rapidjson::Value& list_of(const rapidjson::Value& object, const char* member);

/// Indented, to standard output.
void print_json(const rapidjson::Value& answer);

/// `title  value`, a line for each member, aligned.
void print_fields(const rapidjson::Value& object, const std::vector<column>& members);

/// An empty line, and the title of what follows.
void print_heading(std::string_view title);

/// A text of several lines, each as a line of its own, safe for a terminal.
void print_lines(std::string_view lines);

/// Prints the rows of the array `owner[member]` to standard output; `none` where there are none.
void print_rows(const rapidjson::Value& owner, const char* member, const std::vector<column>& columns);

/// A list that the API answered with, to standard output: its rows, and on standard error how to go on where
/// there are more; or as it is where JSON is asked for.
void print_list(const rapidjson::Value& answer, bool as_json, const std::vector<column>& columns);

/// Says on standard error what went wrong. The exit code for it.
[[nodiscard]] int complain(const failure& f);

} // namespace webhookd::cli
