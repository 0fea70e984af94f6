#include <webhookd/event/redaction.hpp>
#include <webhookd/text/ascii.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <vector>

namespace webhookd::event {

namespace {

constexpr std::size_t deepest_frame = 64; // as in parse_limits: nothing deeper is read

// They are compared with lower-case names.
constexpr auto same_letter = [](char any, char lower) { return text::to_lower(any) == lower; };

bool equals_word(std::string_view text, std::string_view word) {
    return std::ranges::equal(text, word, same_letter);
}
bool begins_with_word(std::string_view text, std::string_view word) {
    return text.size() >= word.size() && equals_word(text.substr(0, word.size()), word);
}
bool ends_with_word(std::string_view text, std::string_view word) {
    return text.size() >= word.size() && equals_word(text.substr(text.size() - word.size()), word);
}

/// `url`, `signing_url`, `signingUrl`; but not `curl`.
bool is_named(std::string_view name, std::string_view word) {
    if (!ends_with_word(name, word)) return false;
    const auto before = name.size() - word.size();
    return before == 0 || name[before - 1] == '_' || name[before - 1] == '-' ||
           (name[before] >= 'A' && name[before] <= 'Z');
}

constexpr auto nowhere = std::string_view::npos;

/// The start of a word that is directly followed by a mark. Searches for the mark, because that is fast.
std::size_t find_before(std::string_view text, std::string_view word, std::string_view mark) {
    for (auto at = text.find(mark); at != nowhere; at = text.find(mark, at + 1))
        if (ends_with_word(text.substr(0, at), word)) return at - word.size();
    return nowhere;
}

std::size_t find_api_token(std::string_view text) {
    return find_before(text, "apikey", "_");
}

bool holds_address(std::string_view text) {
    return find_before(text, "http", "://") != nowhere || find_before(text, "https", "://") != nowhere;
}

/// Whether the `id`, `object` or `type` of an object shows that its addresses give access.
bool tells_of_entrance(std::string_view text) {
    for (const std::string_view id : {"act_", "reg_"})
        if (begins_with_word(text, id)) return true;
    for (const std::string_view kind :
         {"action", "registration", "identity-validation", "identity_validation"})
        if (begins_with_word(text, kind) && (text.size() == kind.size() || text[kind.size()] == '.'))
            return true;
    return false;
}

/// What a string is judged by beside its text: the object around it, and the name of its member.
using context = unsigned;
constexpr context in_token = 1;
constexpr context in_link = 2;
constexpr context in_entrance = 4; // an action, a registration, an identity validation
constexpr context in_metadata = 8;
constexpr context names_object = 16; // not inherited: a member that says what the object is
constexpr context handed_down = in_token | in_link | in_entrance | in_metadata;

context context_of(std::string_view name) {
    context c = 0;
    for (const std::string_view token : {"token", "tokens"})
        if (is_named(name, token)) c |= in_token;
    for (const std::string_view link : {"url", "urls", "link", "links", "href"})
        if (is_named(name, link)) c |= in_link;
    for (const std::string_view entrance :
         {"action", "actions", "registration", "registrations", "identity_validation", "identity_validations",
          "identityvalidation"})
        if (equals_word(name, entrance)) c |= in_entrance;
    for (const std::string_view telling :
         {"id", "object", "type", "action_id", "actionid", "registration_id", "registrationid"})
        if (equals_word(name, telling)) c |= names_object;
    if (equals_word(name, "metadata")) c |= in_metadata;
    return c;
}

/// Finds the strings of a text that are to be redacted. Reads tokens, not a grammar: a string with a colon
/// behind it is a name. That is right for every JSON text, and harmless for any other.
class redaction_scan {
public:
    redaction_scan(std::string_view json, redaction what)
        : json_(json)
        , what_(what)
        , frames_(1) {}

    [[nodiscard]] std::string run() {
        while (at_ < json_.size()) {
            switch (json_[at_++]) {
            case '"':
                take_string();
                break;
            case '{':
            case '[':
                open();
                break;
            case '}':
            case ']':
                close();
                break;
            case ',':
                pending_ = 0;
                break;
            default:
                break;
            }
        }
        return written();
    }

private:
    struct found_string {
        std::size_t begin; // after the quote
        std::size_t end;   // before the other
        bool certain;      // otherwise only if the object around it gives access
    };
    struct frame {
        context around = 0;
        std::size_t first_found = 0; // index of the first string found within it
    };

    [[nodiscard]] context here() const {
        return frames_.back().around | (too_deep_ > 0 ? in_entrance : 0) | pending_;
    }

    void open() {
        if (frames_.size() > deepest_frame)
            ++too_deep_;
        else
            frames_.push_back({here() & handed_down, found_.size()});
        pending_ = 0;
    }

    void close() {
        if (too_deep_ > 0)
            --too_deep_;
        else if (frames_.size() > 1)
            frames_.pop_back();
        pending_ = 0;
    }

    void take_string() {
        const auto begin = at_;
        while (at_ < json_.size() && json_[at_] != '"')
            at_ += json_[at_] == '\\' ? 2 : 1;
        const auto end = std::min(at_, json_.size());
        at_ = end + 1;
        const auto text = unescaped(json_.substr(begin, end - begin));
        if (is_name()) {
            pending_ = context_of(text);
            return;
        }
        judge(text, begin, end);
        pending_ = 0;
    }

    [[nodiscard]] bool is_name() const {
        const auto next = json_.find_first_not_of(" \t\r\n", std::min(at_, json_.size()));
        return next != nowhere && json_[next] == ':';
    }

    void judge(std::string_view text, std::size_t begin, std::size_t end) {
        if (text.empty()) return;
        if ((pending_ & names_object) != 0 && tells_of_entrance(text)) make_entrance();
        const auto around = here();
        if (what_.api_tokens && ((around & in_token) != 0 || find_api_token(text) != nowhere))
            return found_.push_back({begin, end, true});
        if (!what_.signing_links) return;
        const bool named = (around & in_link) != 0;
        const bool address = holds_address(text);
        if (!named && !address) return;
        const bool certain = (around & in_entrance) != 0 || (named && address && (around & in_metadata) == 0);
        found_.push_back({begin, end, certain});
    }

    /// Members may come in any order: strings found earlier in the object count as well.
    void make_entrance() {
        auto& innermost = frames_.back();
        if (too_deep_ > 0 || (innermost.around & in_entrance) != 0) return;
        innermost.around |= in_entrance;
        for (auto i = innermost.first_found; i < found_.size(); ++i)
            found_[i].certain = true;
    }

    /// Simplified: each byte that is not ASCII becomes a question mark. Valid until the next call.
    std::string_view unescaped(std::string_view literal) {
        if (literal.find('\\') == nowhere) return literal;
        text_.clear();
        for (std::size_t i = 0; i < literal.size(); ++i) {
            if (literal[i] != '\\' || i + 1 == literal.size()) {
                text_ += literal[i];
            } else if (const char escaped = literal[++i]; escaped == 'u') {
                const auto digits = literal.substr(i + 1, 4);
                unsigned code = 0;
                std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
                text_ += code > 0 && code < 0x80 ? static_cast<char>(code) : '?';
                i += digits.size();
            } else {
                text_ += std::string_view("bfnrt").find(escaped) == nowhere ? escaped : ' ';
            }
        }
        return text_;
    }

    [[nodiscard]] std::string written() const {
        std::string out;
        out.reserve(json_.size());
        std::size_t done = 0;
        for (const auto& each : found_) {
            if (!each.certain) continue;
            out += json_.substr(done, each.begin - done);
            out += redaction_mask;
            done = each.end;
        }
        return out += json_.substr(done);
    }

    std::string_view json_;
    redaction what_;
    std::size_t at_ = 0;
    context pending_ = 0;       // of the member whose value comes next
    std::vector<frame> frames_; // the first is the document
    std::size_t too_deep_ = 0;  // levels without a frame
    std::vector<found_string> found_;
    std::string text_;
};

} // namespace

std::string redacted(std::string_view json, redaction what) {
    if (!what.any()) return std::string(json);
    return redaction_scan(json, what).run();
}

void hide_api_tokens(envelope& e) {
    for (auto* text : {&e.user_id, &e.trace_id, &e.api_key, &e.object_type, &e.object_id, &e.transaction_id,
                       &e.state, &e.stalled_reason})
        if (find_api_token(*text) != nowhere) *text = redaction_mask;
}

std::string without_api_tokens(std::string_view any) {
    static constexpr std::string_view token =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=";
    const auto quoted = redacted(any, {.api_tokens = true});
    std::string_view text = quoted;
    std::string out;
    for (auto at = find_api_token(text); at != nowhere; at = find_api_token(text)) {
        out += text.substr(0, at);
        out += redaction_mask;
        text.remove_prefix(at);
        text.remove_prefix(std::min(text.find_first_not_of(token), text.size()));
    }
    return out += text;
}

} // namespace webhookd::event
