#include "config/yaml_document.hpp"

#include <webhookd/text/utf8.hpp>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>
#include <unordered_map>
#include <unordered_set>

namespace webhookd::config {
namespace {

/// The first byte that a YAML file must not contain: not UTF-8, or a control character. yaml-cpp would
/// silently replace the former and end the file at the latter.
std::optional<yaml_mistake> find_bad_byte(std::string_view text) {
    location at{1, 1};
    while (!text.empty()) {
        const auto next = webhookd::text::take_character(text);
        if (!next.code) return yaml_mistake{at, "not UTF-8; save the file in that encoding"};
        const auto c = *next.code;
        if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f)
            return yaml_mistake{at, "a control character that YAML does not allow"};
        at = c == '\n' ? location{at.line + 1, 1}
                       : location{at.line, at.column + static_cast<int>(next.bytes.size())};
    }
    return std::nullopt;
}

location to_location(const YAML::Mark& mark) {
    return {std::max(mark.line, 0) + 1, std::max(mark.column, 0) + 1};
}

/// Ends the parse at once: what follows could only be a consequence.
struct stop_parsing {
    yaml_mistake mistake;
};

} // namespace

/// Turns the parser's events into nodes.
class yaml_builder final : public YAML::EventHandler {
public:
    explicit yaml_builder(yaml_document& document)
        : document_(document) {}

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (++documents_ > 1)
            throw stop_parsing{
                {to_location(mark), "a second document starts here; one file holds one configuration"}};
    }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        auto& node = add(mark, yaml_node::kind::scalar, anchor);
        node.plain = true;
        // Null has no location of its own: the parser gives that of whatever comes next.
        if (!stack_.empty() && stack_.back().key_seen && node.at.line > stack_.back().key_at.line)
            node.at = stack_.back().key_at;
        attach(&node, node.at);
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const auto found = anchors_.find(anchor);
        if (found == anchors_.end() || open_.contains(found->second))
            throw stop_parsing{{to_location(mark), "an alias that stands inside the value it names"}};
        count(to_location(mark));
        attach(found->second, to_location(mark));
    }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        auto& node = add(mark, yaml_node::kind::scalar, anchor);
        check_tag(mark, tag);
        node.plain = tag == "?" || tag.empty();
        node.text = value;
        attach(&node, node.at);
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        check_tag(mark, tag);
        open(add(mark, yaml_node::kind::sequence, anchor));
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        check_tag(mark, tag);
        open(add(mark, yaml_node::kind::map, anchor));
    }
    void OnMapEnd() override {
        merge(*stack_.back().node);
        close();
    }

private:
    struct level {
        yaml_node* node;
        bool key_seen = false;
        location key_at{};
        std::string key{};
    };

    void count(location at) {
        if (++values_ > yaml_document::max_values)
            throw stop_parsing{{at, "more than " + std::to_string(yaml_document::max_values) +
                                        " values, aliases and merges included"}};
    }

    yaml_node& add(const YAML::Mark& mark, enum yaml_node::kind kind, YAML::anchor_t anchor) {
        count(to_location(mark));
        auto& node = document_.nodes_.emplace_back();
        node.kind = kind;
        node.at = to_location(mark);
        if (anchor != 0) anchors_[anchor] = &node;
        return node;
    }

    static void check_tag(const YAML::Mark& mark, const std::string& tag) {
        static const std::unordered_set<std::string> known{
            "", "?", "!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map"};
        if (!known.contains(tag))
            throw stop_parsing{{to_location(mark), "tags other than !!str mean nothing here"}};
    }

    void open(yaml_node& node) {
        open_.insert(&node);
        stack_.push_back({&node});
    }

    void close() {
        auto* node = stack_.back().node;
        stack_.pop_back();
        open_.erase(node);
        attach(node, node->at);
    }

    void attach(yaml_node* node, location at) {
        if (stack_.empty()) {
            document_.root_ = node;
            return;
        }
        auto& parent = stack_.back();
        if (parent.node->kind == yaml_node::kind::sequence) {
            parent.node->items.push_back(node);
        } else if (!parent.key_seen) {
            if (node->kind != yaml_node::kind::scalar)
                throw stop_parsing{{at, "a key must be a single word or text"}};
            parent.key_seen = true;
            parent.key_at = at;
            parent.key = node->text;
        } else {
            parent.key_seen = false;
            parent.node->entries.push_back({std::move(parent.key), parent.key_at, node});
        }
    }

    /// YAML 1.1 merge keys: the map's own keys win, then what was merged first.
    void merge(yaml_node& map) {
        std::vector<yaml_entry> own;
        std::vector<const yaml_node*> sources;
        for (auto& entry : map.entries) {
            if (entry.key != "<<") {
                own.push_back(std::move(entry));
                continue;
            }
            const bool list = entry.value->kind == yaml_node::kind::sequence;
            for (const auto* source : list ? entry.value->items : std::vector{entry.value}) {
                if (source->kind != yaml_node::kind::map)
                    throw stop_parsing{{entry.at, "<< merges a map or a list of maps"}};
                sources.push_back(source);
            }
        }
        map.entries = std::move(own);
        if (sources.empty()) return;
        std::unordered_set<std::string> taken;
        for (const auto& entry : map.entries)
            taken.insert(entry.key);
        for (const auto* source : sources) {
            for (const auto& entry : source->entries) {
                count(entry.at);
                if (!taken.insert(entry.key).second) continue;
                map.entries.push_back(entry);
                map.entries.back().merged = true;
            }
        }
    }

    yaml_document& document_;
    std::vector<level> stack_;
    std::unordered_map<YAML::anchor_t, yaml_node*> anchors_;
    std::unordered_set<const yaml_node*> open_;
    std::size_t values_ = 0;
    int documents_ = 0;
};

bool yaml_node::is_null() const noexcept {
    return kind == kind::scalar && plain &&
           (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL");
}

void yaml_document::stand_in(int file) {
    for (auto& node : nodes_) {
        node.at.file = file;
        for (auto& entry : node.entries)
            entry.at.file = file;
    }
}

yaml_document yaml_document::parse(std::string_view text, std::vector<yaml_mistake>& mistakes, int file,
                                   bool may_be_empty) {
    std::vector<yaml_mistake> found;
    auto document = parse_one(text, found);
    if (file != 0) document.stand_in(file);
    if (!document.root_ && found.empty() && !may_be_empty)
        found.emplace_back(location{1, 1},
                           "the file is empty; it needs at least one endpoint under `endpoints`");
    for (auto& mistake : found) {
        mistake.at.file = file;
        mistakes.push_back(std::move(mistake));
    }
    return document;
}

yaml_document yaml_document::parse_one(std::string_view text, std::vector<yaml_mistake>& mistakes) {
    yaml_document document;
    const auto report = [&](location at, std::string_view message) {
        mistakes.emplace_back(at, std::string(message));
    };
    if (text.size() > max_bytes) {
        report({}, "larger than 1 MiB; no configuration is");
        return document;
    }
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    if (auto mistake = find_bad_byte(text)) {
        mistakes.push_back(std::move(*mistake));
        return document;
    }

    try {
        // At the end of a file the parser takes an open quote for a closed one, at the end of a document it
        // does not.
        std::istringstream stream(std::string(text) + (text.ends_with('\n') ? "...\n" : "\n...\n"));
        YAML::Parser parser(stream);
        yaml_builder builder(document);
        while (parser.HandleNextDocument(builder)) {
        }
        if (document.root_ && document.root_->is_null()) document.root_ = nullptr;
    } catch (const stop_parsing& stop) {
        mistakes.push_back(stop.mistake);
    } catch (const YAML::ParserException& e) {
        const bool open = e.msg == YAML::ErrorMsg::DOC_IN_SCALAR;
        report(to_location(e.mark),
               open ? "YAML: the quotes that were opened before never close" : "YAML: " + e.msg);
    } catch (const std::exception&) {
        report(location{1, 1}, "YAML that cannot be read");
    }
    if (!mistakes.empty()) document.root_ = nullptr;
    return document;
}

} // namespace webhookd::config
