#pragma once

#include <webhookd/routing/condition.hpp>

#include "config/object_reader.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace webhookd::config {

/// Reads one `when:`. Whatever is wrong is reported, and then the tree is of no use; otherwise it compiles.
class condition_reader {
public:
    explicit condition_reader(load_pass& in)
        : in_(in) {}

    /// A map of conditions, by pointer or `all`, `any`, `not`; every entry must hold. Its duplicate keys are
    /// the caller's to report.
    routing::condition_tree read_map(const yaml_node& map, const std::string& path, std::size_t depth);

    static constexpr std::string_view groups[] = {"all", "any", "not"};
    static constexpr std::string_view operators[] = {"equals", "one_of", "exists", "not",      "gt",
                                                     "gte",    "lt",     "lte",    "contains", "matches"};

private:
    using tree = routing::condition_tree;

    tree read_entry(const yaml_entry& entry, const std::string& path, std::size_t depth);
    /// A map where it is not the first; must not be empty.
    tree read_inner_map(const yaml_node& node, const std::string& path, std::size_t depth);
    tree read_list(const yaml_entry& entry, const std::string& path, std::size_t depth);
    /// What a pointer's value is held against: a value, a list of values, or a map of operators.
    tree read_wanted(const yaml_node& node, const std::string& pointer, const std::string& path,
                     std::size_t depth);
    tree read_operators(const yaml_node& map, const std::string& pointer, const std::string& path,
                        std::size_t depth);

    /// The next three add a test to `value`.
    void read_equality(object_reader& in, std::string_view key, bool list, tree& value);
    void read_number(object_reader& in, std::string_view key, routing::test_kind kind, tree& value);
    void read_text_test(object_reader& in, std::string_view key, routing::test_kind kind, tree& value);
    routing::value_test read_values(const yaml_node& node, const std::string& pointer,
                                    const std::string& path);
    /// Nothing, reported, for what is no scalar.
    std::optional<routing::scalar> read_scalar(const yaml_node& node, const std::string& path);
    /// Whether one more condition is allowed at this depth; reports when not.
    bool admit(location at, const std::string& path, std::size_t depth);

    load_pass& in_;
    std::size_t count_ = 0;
};

} // namespace webhookd::config
