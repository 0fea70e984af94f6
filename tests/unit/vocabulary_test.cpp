#include "support/paths.hpp"
#include "support/process.hpp"
#include "support/source_files.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace fs = std::filesystem;

/// A word that was given up, and the field's word for it. It is found in an identifier as one or several
/// whole parts between underscores, and only in files whose path contains `where`.
struct word {
    std::string_view given_up;
    std::string_view use;
    std::string_view where = {};
};

constexpr std::array words{
    word{"seq", "offset"},
    word{"sequence", "offset, or ordering_key"},
    word{"sequences", "offsets"},
    word{"sequencing", "ordering"},
    word{"chain", "ordering_key", "src/store/"},
    word{"place", "location, entry, index, position: say which"},
    word{"places", "locations, entries, positions: say which"},
    word{"reading", "statement_reset, load_pass"},
    word{"turn", "claim_lock, tick"},
    word{"turns", "ticks"},
    word{"look", "poll, preview, text_style: say which"},
    word{"looks", "polls, checks"},
    word{"patience", "timeout, wait_mode, max_prefetch_age: say which"},
    word{"lane", "handler_queue"},
    word{"lanes", "handler queues"},
    word{"claim_queue", "prefetch_buffer"},
    word{"mailbox", "inbox"},
    word{"mail", "commands"},
    word{"box", "inbox"},
    word{"crowd", "ingest_pressure"},
    word{"crowded", "ingest_pressure"},
    word{"modest", "reduced_limit"},
    word{"hungry", "wants_claim"},
    word{"stocked", "is_full"},
    word{"take_over", "hand_off"},
    word{"takeover", "hand_off"},
    word{"followed", "handed_off", "/delivery/"},
    word{"reconsider", "revoke_claims"},
    word{"recorder", "result_writer", "/delivery/"},
    word{"recording", "pending_result", "/delivery/"},
    word{"sweeper", "orphan_cleaner"},
    word{"workshop", "handler_factory"},
    word{"astray", "unrouted"},
    word{"outage_book", "outage_tracker"},
    word{"life", "heartbeat, lifecycle"},
    word{"died", "crashed"},
    word{"sight", "lookup_result"},
    word{"story", "timeline, or a sample's scenario"},
    word{"stories", "timelines"},
    word{"chapter", "timeline_event"},
    word{"chapters", "timeline events"},
    word{"hole", "missing event"},
    word{"holes", "missing_events"},
    word{"tally", "histogram_snapshot"},
    word{"tallies", "histogram snapshots"},
    word{"forgiven", "attempts_before_retry"},
    word{"extent", "projection"},
    word{"holdings", "payload_counts"},
    word{"narrowing", "predicate"},
    word{"walk", "index_scan", "src/store/"},
    word{"numbers", "ids", "src/store/"},
    word{"let_others_go_first", "lower_priority"},
    word{"wake_this_thread_promptly", "request_short_slice"},
    word{"to_answer", "to_response"},
};

/// Identifiers that may bear one of the words, in files whose path contains `where`, and why.
struct exception {
    std::string_view identifier;
    std::string_view where;
    std::string_view reason;
};

constexpr std::array exceptions{
    exception{"sequence", "/config/", "a list in YAML"},
    exception{"sequence", "log_render", "the bytes of a character"},
    exception{"utf8_sequence", "log_render", "the bytes of a character"},
    exception{"sequence_length", "utf8", "the bytes of a character"},
    exception{"write_sequence", "/sample/", "Universign's word for an order of actions"},
    exception{"__ATOMIC_SEQ_CST", "/store/", "the compiler's"},
    exception{"in_place", "", "the standard's, and what files are that nobody moved"},
    exception{"is_in_place", "/store/", "what files are that nobody moved"},
    exception{"reading", "clock_belief", "a clock's"},
    exception{"clock_reading", "/store/", "a clock's"},
    exception{"keep_reading", "/handler/", "a verb"},
    exception{"look_up", "", "a verb"},
    exception{"looks_like_hmac", "/signature/", "a verb"},
    exception{"looks_random", "/config/", "a verb"},
};

bool is_part_of_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

std::size_t end_of_quoted(std::string_view text, std::size_t at) {
    const char quote = text[at++];
    while (at < text.size() && text[at] != quote)
        at += text[at] == '\\' ? 2 : 1;
    return std::min(at + 1, text.size());
}

std::size_t end_of_raw(std::string_view text, std::size_t at) {
    const auto open = text.find('(', at);
    const auto close = ")" + std::string(text.substr(at + 1, open - at - 1)) + '"';
    return std::min(text.find(close, open), text.size() - close.size()) + close.size();
}

/// Where a comment or literal that begins at `at` ends; `at` when none does.
std::size_t end_of_other(std::string_view text, std::size_t at) {
    const auto rest = text.substr(at);
    if (rest.starts_with("//")) return std::min(text.find('\n', at), text.size());
    if (rest.starts_with("/*")) return std::min(text.find("*/", at + 2), text.size() - 2) + 2;
    if (rest.starts_with('"'))
        return at > 0 && text[at - 1] == 'R' ? end_of_raw(text, at) : end_of_quoted(text, at);
    const bool separates_digits = at > 0 && std::isalnum(static_cast<unsigned char>(text[at - 1])) != 0;
    return rest.starts_with('\'') && !separates_digits ? end_of_quoted(text, at) : at;
}

/// The text with blanks for comments and literals.
std::string code_of(std::string_view text) {
    std::string code(text);
    for (std::size_t at = 0; at < text.size();) {
        const auto end = end_of_other(text, at);
        for (std::size_t i = at; i < end; ++i)
            if (code[i] != '\n') code[i] = ' ';
        at = std::max(end, at + 1);
    }
    return code;
}

std::vector<std::string> identifiers_of(std::string_view code) {
    std::vector<std::string> found;
    for (std::size_t at = 0; at < code.size();) {
        auto end = at;
        while (end < code.size() && is_part_of_word(code[end]))
            ++end;
        if (end > at) found.emplace_back(code.substr(at, end - at));
        at = end + 1;
    }
    return found;
}

bool bears(std::string_view identifier, std::string_view given_up) {
    for (auto at = identifier.find(given_up); at != std::string_view::npos;
         at = identifier.find(given_up, at + 1)) {
        const auto end = at + given_up.size();
        if ((at == 0 || identifier[at - 1] == '_') && (end == identifier.size() || identifier[end] == '_'))
            return true;
    }
    return false;
}

bool is_exception(std::string_view identifier, std::string_view file) {
    return std::any_of(exceptions.begin(), exceptions.end(), [&](const exception& e) {
        return e.identifier == identifier && file.find(e.where) != std::string_view::npos;
    });
}

/// `identifier → what to say instead`, for each that bears a word.
std::vector<std::string> mistakes_in(std::string_view text, std::string_view file) {
    std::vector<std::string> mistakes;
    for (const auto& each : identifiers_of(code_of(text)))
        for (const auto& w : words)
            if (file.find(w.where) != std::string_view::npos && bears(each, w.given_up) &&
                !is_exception(each, file))
                mistakes.push_back(each + " → " + std::string(w.use));
    return mistakes;
}

/// Declarations of guards with parentheses.
std::vector<std::string> parentheses_in(std::string_view text) {
    std::vector<std::string> found;
    const auto code = code_of(text);
    for (const std::string_view guard :
         {"lock_guard", "unique_lock", "scoped_lock", "shared_lock", "statement_reset"})
        for (auto at = code.find(guard); at != std::string::npos; at = code.find(guard, at + 1)) {
            auto name = at + guard.size();
            if (code[name] == '<') name = code.find('>', name) + 1;
            if (code[name] != ' ') continue;
            auto end = ++name;
            while (is_part_of_word(code[end]))
                ++end;
            if (end > name && code[end] == '(') found.push_back(code.substr(at, end + 1 - at));
        }
    return found;
}

template <class Use>
std::size_t for_each_source(Use use) {
    std::size_t read = 0;
    const fs::path root = webhookd::test::source_folder();
    for (const auto* top : {"src", "include", "tests"})
        for (const auto& file : webhookd::test::source_files(top)) {
            if (file.extension() != ".cpp" && file.extension() != ".hpp") continue;
            use(webhookd::test::read_text(file), fs::relative(file, root).string());
            ++read;
        }
    return read;
}

} // namespace

TEST_CASE("no identifier bears a word that the vocabulary has given up", "[vocabulary]") {
    const auto read = for_each_source([](const std::string& text, const std::string& file) {
        INFO(file);
        CHECK(mistakes_in(text, file) == std::vector<std::string>{});
    });
    CHECK(read > 300);
}

TEST_CASE("guards are initialised with braces", "[vocabulary]") {
    for_each_source([](const std::string& text, const std::string& file) {
        INFO(file);
        CHECK(parentheses_in(text) == std::vector<std::string>{});
    });
}

TEST_CASE("a word is found in identifiers and in nothing else", "[vocabulary]") {
    using mistakes = std::vector<std::string>;
    CHECK(mistakes_in("int seq;", "src/a.cpp") == mistakes{"seq → offset"});
    CHECK(mistakes_in("last_seq_ = consequence;", "src/a.cpp") == mistakes{"last_seq_ → offset"});
    CHECK(mistakes_in("call(take_over);", "src/a.cpp") == mistakes{"take_over → hand_off"});
    CHECK(mistakes_in("bool alive, overtake, marketplace;", "src/a.cpp").empty());
    CHECK(mistakes_in("// seq\n/* seq */ f(\"seq \\\" seq\", R\"(seq)\", 's', 1'000);", "src/a.cpp").empty());
    CHECK(mistakes_in("f(\"a\", 1'000, seq);", "src/a.cpp") == mistakes{"seq → offset"});
    CHECK(mistakes_in("kind::sequence", "src/config/a.cpp").empty());
    CHECK_FALSE(mistakes_in("kind::sequence", "src/store/a.cpp").empty());
    CHECK(parentheses_in("const std::lock_guard lock(mutex_);") == mistakes{"lock_guard lock("});
    CHECK(parentheses_in("const std::lock_guard<std::mutex> lock{mutex_};").empty());
}
