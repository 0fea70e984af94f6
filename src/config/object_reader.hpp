#pragma once

#include <webhookd/config/units.hpp>

#include "config/load_pass.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace webhookd::config {

/// One map of the file. Every member function that takes a key makes it known; what is wrong with its value
/// is reported, and then, as when it is absent, the target keeps what it had and the answer is false.
/// `finish` reports the keys that nobody asked for and those that occur twice. Valid while the document and
/// the pass live.
class object_reader {
public:
    /// A null node is an absent map: it has no keys, and requires none.
    object_reader(load_pass& in, const yaml_node* node, std::string path, std::string section);

    using body = std::function<void(object_reader&)>;

    bool text(std::string_view key, std::string& out);
    bool file(std::string_view key, std::filesystem::path& out, std::optional<outside_kind> named = {});
    bool flag(std::string_view key, bool& out);
    bool size(std::string_view key, byte_size& out, byte_size min, byte_size max);
    bool duration(std::string_view key, std::chrono::milliseconds& out, std::chrono::milliseconds min,
                  std::chrono::milliseconds max);
    bool number(std::string_view key, double& out, double min, double max);

    template <class Integer>
    bool integer(std::string_view key, Integer& out, std::uint64_t min,
                 std::uint64_t max = std::numeric_limits<Integer>::max()) {
        static_assert(std::is_unsigned_v<Integer>);
        const auto value = read_integer(key, min, max, out);
        if (value) out = static_cast<Integer>(*value);
        return value.has_value();
    }

    /// One of a few words; the last `others` of them are understood, but not named in a message.
    template <class Enum>
    bool choice(std::string_view key, Enum& out,
                std::initializer_list<std::pair<std::string_view, std::type_identity_t<Enum>>> words,
                std::size_t others = 0) {
        return choose<Enum>(key, out, out, {words.begin(), words.size()}, others);
    }
    template <class Enum, std::size_t N>
    bool choice(std::string_view key, Enum& out,
                const std::array<std::pair<std::string_view, Enum>, N>& words) {
        return choose<Enum>(key, out, out, words, 0);
    }

    // What has no default.
    bool size(std::string_view key, std::optional<byte_size>& out, byte_size min, byte_size max);
    bool duration(std::string_view key, std::optional<std::chrono::milliseconds>& out,
                  std::chrono::milliseconds min, std::chrono::milliseconds max);
    template <class Integer>
    bool integer(std::string_view key, std::optional<Integer>& out, std::uint64_t min, std::uint64_t max) {
        static_assert(std::is_unsigned_v<Integer>);
        const auto value = read_integer(key, min, max, std::nullopt);
        if (value) out = static_cast<Integer>(*value);
        return value.has_value();
    }
    template <class Enum>
    bool choice(std::string_view key, std::optional<Enum>& out,
                std::initializer_list<std::pair<std::string_view, std::type_identity_t<Enum>>> words) {
        return choose<Enum>(key, out, std::nullopt, {words.begin(), words.size()}, 0);
    }

    /// A text that must not be empty, with what a later check needs to report about it.
    std::optional<config::text> text_at(std::string_view key, bool bare = false,
                                        other_braces others = other_braces::refuse) {
        return text_at(key, disclosure::plain, bare, others);
    }
    /// The same for a URL or path that may let in who knows it, and for what nobody may see.
    std::optional<config::text> address_at(std::string_view key) { return text_at(key, disclosure::address); }
    std::optional<config::text> secret_at(std::string_view key, bool bare = false) {
        return text_at(key, disclosure::secret, bare);
    }
    /// A list of texts; where `single` is true, also one text alone. Wrong elements are reported and left
    /// out. nullopt when the key is absent or its value is no list.
    std::optional<std::vector<config::text>> texts(std::string_view key, bool single = false,
                                                   disclosure how = disclosure::plain);

    /// A name: letters, digits, `.`, `_`, `-`, at most 64; fit for metric labels, paths and terminals.
    std::optional<config::text> name(std::string_view key);

    /// A map. `read` is called for an absent one as well, with an absent reader, unless the value is wrong.
    bool object(std::string_view key, const body& read);
    /// A list of maps; `read` for each.
    bool objects(std::string_view key, const body& read);
    /// A map whose keys are names of the user's own; `read` gets each key's entry and path.
    using entry_body = std::function<void(const yaml_entry&, const std::string& path)>;
    bool entries(std::string_view key, const entry_body& read);

    /// Makes keys known without reading them.
    void know(std::string_view key);
    /// After this `finish` reports no unknown keys.
    void know_all() { all_known_ = true; }
    [[nodiscard]] bool there() const noexcept { return node_ != nullptr; }
    /// False for an absent map of which no default counts: there is nothing to read.
    [[nodiscard]] bool is_read() const noexcept { return there() || in_.describing(); }
    [[nodiscard]] bool has(std::string_view key) const { return find(key) != nullptr; }
    /// Null when absent.
    [[nodiscard]] const yaml_node* find(std::string_view key) const;

    /// Notes what counts where the key is absent, as JSON: for those whose reader does not know it.
    void note_default(std::string_view key, std::string value) {
        if (!has(key)) in_.note_default(path(key), std::move(value));
    }
    /// The same for a list.
    template <class List, class ToText>
    void note_default(std::string_view key, const List& values, ToText to_text) {
        std::string json = "[";
        for (const auto& each : values) {
            if (json.size() > 1) json += ',';
            json += json_text(to_text(each));
        }
        note_default(key, json + ']');
    }

    /// Reports an absent key.
    void require(std::string_view key);
    /// Reports a mistake at the value of a key, at the map itself when it is absent.
    void error(std::string_view key, std::string message);
    void warning(std::string_view key, std::string message);

    [[nodiscard]] location at(std::string_view key) const;
    [[nodiscard]] std::string path(std::string_view key) const;
    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] const std::string& section() const noexcept { return section_; }
    [[nodiscard]] load_pass& in() noexcept { return in_; }

    /// Leaves keys in peace that start with `ignored`, if that is not empty.
    void finish(std::string_view ignored = {});

private:
    /// What a choice may be: a word, and the first word that means the same.
    using word = std::pair<std::string_view, std::string_view>;

    template <class Enum, class Out>
    bool choose(std::string_view key, Out& out, std::optional<Enum> otherwise,
                std::span<const std::pair<std::string_view, Enum>> words, std::size_t others) {
        std::vector<word> names;
        std::string_view default_word;
        for (const auto& each : words) {
            const auto first = std::find_if(words.begin(), words.end(),
                                            [&](const auto& w) { return w.second == each.second; });
            names.emplace_back(each.first, first->first);
            if (otherwise && each.second == *otherwise) default_word = first->first;
        }
        const auto index = read_choice(key, names, others, default_word);
        if (index) out = (words.begin() + *index)->second;
        return index.has_value();
    }

    const yaml_node* take(std::string_view key);
    /// A text that must not be empty, not noted yet.
    std::optional<config::text> take_text(std::string_view key, bool bare, other_braces others);
    std::optional<config::text> text_at(std::string_view key, disclosure how, bool bare = false,
                                        other_braces others = other_braces::refuse);
    std::optional<byte_size> read_size(std::string_view key, byte_size min, byte_size max);
    std::optional<std::chrono::milliseconds>
    read_duration(std::string_view key, std::chrono::milliseconds min, std::chrono::milliseconds max);
    std::optional<std::uint64_t> read_integer(std::string_view key, std::uint64_t min, std::uint64_t max,
                                              std::optional<std::uint64_t> otherwise);
    /// `otherwise`: the default, empty where there is none.
    std::optional<std::size_t> read_choice(std::string_view key, std::span<const word> words,
                                           std::size_t others, std::string_view otherwise);
    void read_object(const yaml_node* node, std::string path, std::string section, const body& read);

    load_pass& in_;
    const yaml_node* node_;
    std::string path_;
    std::string section_;
    std::vector<std::string_view> known_;
    bool all_known_ = false;
};

/// Whether a text can be a name (see `object_reader::name`).
[[nodiscard]] bool is_name(std::string_view text) noexcept;
/// What to say when it cannot.
inline constexpr std::string_view name_rule =
    "a name has 1 to 64 letters, digits, dots, dashes and underscores, and "
    "starts with a letter or a digit";

/// Reports keys that occur twice in one map.
void report_duplicate_keys(load_pass& in, const yaml_node& map, const std::string& path);

} // namespace webhookd::config
