#pragma once

#include <webhookd/error.hpp>

#include <compare>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace webhookd::config {

/// Where something is, counted from 1; columns count bytes, as compilers do.
struct location {
    int line = 0; ///< 0: the file as a whole, or an environment variable
    int column = 0;
    int file = 0; ///< index among the sources of one configuration; 0: the main file
    friend auto operator<=>(const location&, const location&) = default;
};

struct yaml_node;

struct yaml_entry {
    std::string key;
    location at; ///< of the key
    const yaml_node* value = nullptr;
    bool merged = false; ///< came in through `<<`
};

/// One value of the file. An alias is the very node that its anchor names.
struct yaml_node {
    enum class kind { scalar, sequence, map };

    yaml_node::kind kind = kind::scalar;
    location at;
    bool plain = false;      ///< a scalar without quotes: may be a number, a truth value or null
    std::string text;        ///< of a scalar
    std::string reference{}; ///< for readers of a text, whatever its type; empty: `text`
    std::vector<const yaml_node*> items;
    std::vector<yaml_entry> entries; ///< in the order of the file, duplicates and all; merged ones at the end

    /// An absent value, `null` or `~`.
    [[nodiscard]] bool is_null() const noexcept;
};

/// A mistake that keeps a text from being one YAML document.
struct yaml_mistake {
    yaml_mistake(location where, std::string what)
        : at(where)
        , message(std::move(what)) {}
    location at;
    std::string message;
};

/// One YAML document, as values that know their location. A graph without cycles: nothing that walks it can
/// hang, but an alias can make one node the child of many. The nodes live as long as the document.
class yaml_document {
public:
    /// Accepts exactly one document in UTF-8 of at most 1 MiB and 100000 values. `<<` merges maps as YAML 1.1
    /// does. `mistakes` gets everything that is wrong; without any, the root is there. Never throws for what
    /// `text` holds.
    ///
    /// `file` goes into every location. `may_be_empty`: a text without any value is no mistake; then the root
    /// is null.
    static yaml_document parse(std::string_view text, std::vector<yaml_mistake>& mistakes, int file = 0,
                               bool may_be_empty = false);

    /// Null after a mistake, and for an empty document that may be empty.
    [[nodiscard]] const yaml_node* root() const noexcept { return root_; }

    static constexpr std::size_t max_bytes = 1024 * 1024;
    static constexpr std::size_t max_values = 100'000;

private:
    friend class yaml_builder;
    static yaml_document parse_one(std::string_view text, std::vector<yaml_mistake>& mistakes);
    void stand_in(int file);

    std::deque<yaml_node> nodes_; ///< a flat owner: no recursion when a deep document goes
    const yaml_node* root_ = nullptr;
};

/// Puts the documents of several files together. What it makes lives as long as it does, and points into the
/// documents.
class yaml_merge {
public:
    /// A key that both set, where neither two maps nor two lists meet.
    using clash = std::function<void(const yaml_entry& first, const yaml_entry& second, std::string path)>;

    /// Both maps' keys: maps merge, lists append, and of everything else the first stays and `on_clash` hears
    /// of it. Both must be maps.
    const yaml_node* maps(const yaml_node& first, const yaml_node& second, const clash& on_clash,
                          const std::string& path = {});

    /// `root` with `value` at `path`, whatever was there; steps that are missing become maps. A step finds a
    /// key regardless of case, with `_` for `-`, and in a list an element by its number. Null when a step
    /// leads through something that is neither map nor such an element. `at` becomes the location of `value`
    /// and of what is made; a key that is made is named by `name_new`, which gets the step's index.
    using key_namer = std::function<std::string(std::size_t step)>;
    const yaml_node* replace(const yaml_node* root, const std::vector<std::string>& path,
                             const yaml_node& value, location at, const key_namer& name_new);

private:
    const yaml_node* replace_from(const yaml_node* node, const std::vector<std::string>& path,
                                  std::size_t step, const yaml_node& value, location at,
                                  const key_namer& name_new);

    std::deque<yaml_node> made_;
};

} // namespace webhookd::config
