#pragma once

#include <webhookd/config/load.hpp>
#include <webhookd/config/settings.hpp>
#include <webhookd/net/address.hpp>

#include "config/disclosure.hpp"
#include "config/references.hpp"
#include "config/yaml_document.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace webhookd::config {

/// The keys that each section of the file knows. Sections are written as paths: `server.limits`,
/// `endpoints[]` (an element), `handlers.*` (a freely named member), `handlers.*<shell>` (a variant); the
/// file as a whole is empty.
using key_table = std::map<std::string, std::set<std::string>>;

/// A text of the file. Mistakes may quote `raw`, and never `value`, which may hold a secret.
struct text {
    std::string value; ///< references filled in
    std::string raw;   ///< as written
    location at;
    std::string path;        ///< `routes[0].handlers[1]`
    bool referenced = false; ///< at least one reference was filled in
    bool overridden = false; ///< the reference is ours: a variable overrides a key that holds no secret
};

/// What a text of the file names outside of it.
enum class outside_kind {
    certificate,       ///< PEM; the next thing named is its key
    private_key,       ///< PEM, not encrypted
    authorities,       ///< PEM, at least one certificate
    log_file,          ///< in a folder that is there
    user,              ///< of this system
    program,           ///< that can be run
    working_directory, ///< of a program
    key_set,           ///< a regular file
};

struct outside_thing {
    outside_kind what;
    text named; ///< its value is the path or the name
};

/// One pass over one configuration: what is wrong with it, and what its sections must know of each other.
class load_pass {
public:
    /// `files` are the names that locations refer to by their index; the main file is the first.
    load_pass(std::vector<std::string> files, const secret_sources& sources)
        : files_(std::move(files))
        , sources_(sources) {}
    /// A pass over an empty file that visits every section and variant and fills in `keys`.
    load_pass(key_table& keys, const secret_sources& sources)
        : sources_(sources)
        , keys_(&keys) {}

    void error(location at, std::string path, std::string message);
    void warning(location at, std::string path, std::string message);
    void error(const text& t, std::string message) { error(t.at, t.path, std::move(message)); }
    void warning(const text& t, std::string message) { warning(t.at, t.path, std::move(message)); }

    /// A text with its references filled in. Reports what is no text: maps, lists, nulls, and, where `bare`
    /// is false, numbers and truth values without quotes.
    std::optional<text> read_text(const yaml_node& node, const std::string& path, bool bare = false,
                                  other_braces others = other_braces::refuse);

    [[nodiscard]] bool describing() const noexcept { return keys_ != nullptr; }
    void describe(const std::string& section, std::string_view key);

    /// Notes the value of a key for `settings`, as JSON. Without a location it is the default. `stands_for`
    /// is what it is in truth, as JSON, where `value` hides that; empty: the same.
    void note(std::string path, std::string value, bool masked, const std::optional<location>& at,
              std::string_view stands_for = {});
    void note(const text& t, disclosure how);
    /// The value that a text stands for, unless it holds a reference.
    void note(const text& t, std::string value);
    void note_default(std::string path, std::string value) {
        note(std::move(path), std::move(value), false, std::nullopt);
    }
    /// Of a list: one element hides nothing but itself.
    void note(std::string path, location at, const std::vector<text>& list, disclosure how);
    /// While one lives nothing is noted: what is read is noted as a whole.
    class silence {
    public:
        explicit silence(load_pass& in)
            : in_(in)
            , before_(std::exchange(in.silent_, true)) {}
        ~silence() { in_.silent_ = before_; }
        silence(const silence&) = delete;
        silence& operator=(const silence&) = delete;

    private:
        load_pass& in_;
        const bool before_;
    };

    /// In the order of the files. At most 1000, then one that says so.
    [[nodiscard]] std::vector<diagnostic> take_diagnostics();

    // What later sections ask about earlier ones.
    std::vector<text> handlers;  ///< names
    std::vector<text> endpoints; ///< names
    /// of every section; defaults have no location
    std::vector<std::pair<net::listen_address, text>> listeners;
    std::set<std::string> used_handlers;
    std::vector<std::string> secrets;   ///< what references were filled in with
    std::vector<outside_thing> outside; ///< in the order in which they were read
    setting_list settings;              ///< every value that was read, and the defaults of the others
    bool listens_on_loopback_only =
        false; ///< every listener of the server is loopback or unix; there is at least one

private:
    void add(severity s, location at, std::string path, std::string message);
    [[nodiscard]] const std::string& source_of(location at) const;

    struct found {
        location at;
        diagnostic what;
    };

    std::vector<std::string> files_{""};
    const secret_sources& sources_;
    key_table* keys_ = nullptr;
    std::vector<found> diagnostics_;
    std::size_t dropped_ = 0;
    std::size_t texts_read_ = 0;
    bool silent_ = false;
};

/// Whether a plain scalar is what JSON would take for a number, or for a truth value.
[[nodiscard]] bool is_json_number(std::string_view text) noexcept;
[[nodiscard]] std::optional<bool> parse_truth(std::string_view text) noexcept;

} // namespace webhookd::config
