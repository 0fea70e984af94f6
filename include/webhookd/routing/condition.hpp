#pragma once

#include <webhookd/error.hpp>
#include <webhookd/event/document.hpp>
#include <webhookd/event/number.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace webhookd::routing {

/// As written in the file; equal to others of the same value, however they are written.
struct number {
    std::string text; ///< in JSON's grammar
    friend bool operator==(const number& a, const number& b) {
        return event::decimal::parse(a.text) == event::decimal::parse(b.text);
    }
};

/// What a value of an event is compared with.
struct scalar {
    std::variant<std::nullptr_t, bool, number, std::string> value;
    std::string shown{}; ///< shown instead of the value, where that may be a secret; empty: the value
    friend bool operator==(const scalar&, const scalar&) = default;
};

enum class test_kind {
    one_of,   ///< equals one of the operands
    exists,   ///< is present, also as null; no operand
    more,     ///< is a number above the operand, a number
    at_least, ///< or equal to it
    less,     ///< is a number below the operand, a number
    at_most,  ///< or equal to it
    contains, ///< is a text that holds the operand, or an array of which an element equals it
    matches,  ///< is a text that the operand, a regular expression (RE2's syntax), matches somewhere
};

/// What is asked of one value.
struct value_test {
    test_kind kind = test_kind::exists;
    std::vector<scalar> operands{};
    friend bool operator==(const value_test&, const value_test&) = default;
};

enum class condition_kind {
    all,      ///< every child holds
    any,      ///< at least one child does
    negation, ///< the one child does not
    value,    ///< a value at `pointer` passes every one of `tests`
};

/// Conditions as they are written; `condition` tells what they mean. A default-constructed one asks nothing.
struct condition_tree {
    condition_kind kind = condition_kind::all;
    std::string pointer{};
    std::vector<value_test> tests{};
    std::vector<condition_tree> children{};

    /// Whether it holds for every event because it asks nothing.
    [[nodiscard]] bool empty() const noexcept { return kind == condition_kind::all && children.empty(); }
    friend bool operator==(const condition_tree&, const condition_tree&) = default;
};

/// Whether a condition holds, and the part of it that decided, for a person: `/payload/object/state is
/// "open", wanted one of: "completed", "closed"`. Quotes the event: may contain personal data.
struct explanation {
    bool holds = false;
    std::string why;
};

/// A question about an event's body, compiled once and asked often. Immutable, any thread; copies share what
/// was compiled.
///
/// Pointers are JSON pointers (RFC 6901) with one addition: where a step `*` meets an array, it stands for
/// each of its elements. (On an object it is the member of that name, as ever.) So a pointer names any number
/// of values, and a value node holds when one of them passes all of its tests. Where it names none, because
/// there is no such member or it is within something else than an object or array, every test is false; hence
/// a negation is true there. A null is a value: it exists, and equals null.
///
/// Values of different types are never equal, and only numbers are compared with numbers: "5" is neither 5
/// nor above 4. Numbers are compared by their exact value, whichever way they are written: 1 equals 1.0 and
/// 1e0, and no digit is lost, however many there are. Texts are compared byte by byte, and so is `contains`;
/// `matches` sees characters, takes upper and lower case for different unless the expression says `(?i)`, and
/// looks anywhere in the text unless it says `^` or `$`.
///
/// Hostile events and unlucky expressions cost time in proportion to the event's size, never more: each test
/// visits a value at most once, and regular expressions run in linear time (RE2, no backtracking) within 1
/// MiB of memory each. A text above 64 KiB matches no regular expression.
class condition {
public:
    static constexpr std::size_t max_depth = 32; ///< nodes within one another
    static constexpr std::size_t max_tests = 256;

    /// Errors: argument_invalid (a pointer that is none, an operand of the wrong kind or number, a regular
    /// expression that does not compile, too deep, too many tests; a node without children within another).
    [[nodiscard]] static result<condition> compile(condition_tree tree);

    /// Allocates nothing, except regular expressions, whose tables grow with new texts.
    [[nodiscard]] bool holds(const event::document& body) const;
    [[nodiscard]] explanation explain(const event::document& body) const { return explain(body, body); }
    /// Quotes the same body from `shown`, which has the same members, but may say `***` in some of them.
    [[nodiscard]] explanation explain(const event::document& body, const event::document& shown) const;

    [[nodiscard]] const condition_tree& tree() const noexcept;

private:
    struct compiled;
    explicit condition(std::shared_ptr<const compiled> c) noexcept;

    std::shared_ptr<const compiled> compiled_;
};

/// What a condition asks, for a person: `/payload/object/state is one of: "completed", "closed"`.
[[nodiscard]] std::string describe(const condition_tree& tree);

/// Whether `matches` can take a text. Errors: argument_invalid, with RE2's words in the detail; the part of
/// the text that they are about is left out unless `quote` allows it.
[[nodiscard]] result<void> check_regular_expression(std::string_view text, bool quote);

} // namespace webhookd::routing
