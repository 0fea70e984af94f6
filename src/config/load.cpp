#include <webhookd/config/load.hpp>

#include "config/overrides.hpp"
#include "config/sections.hpp"
#include "config/source_text.hpp"
#include "config/yaml_merge.hpp"

#include <algorithm>
#include <deque>

namespace webhookd::config {

std::string to_string(const diagnostic& d) {
    std::string out = d.file;
    if (d.line > 0) out += ':' + std::to_string(d.line) + ':' + std::to_string(d.column);
    if (!d.key.empty()) out += ": " + d.key;
    out += d.severity == severity::warning ? ": warning: " : ": ";
    return out + d.message;
}

void read_configuration(object_reader& root, configuration& out) {
    read_server(root, out.server);
    read_admin(root, out.admin);
    read_endpoints(root, out.endpoints);
    read_storage(root, out.storage);
    read_queue(root, out.queue);
    read_universign(root, out.universign);
    read_handlers(root, out.handlers);
    read_routes(root, out.routes);
    read_log(root, out.log);
}

key_table known_keys() {
    const secret_sources nowhere{};
    key_table keys;
    reading describing(keys, nowhere);
    object_reader root(describing, nullptr, {}, {});
    configuration scratch;
    read_configuration(root, scratch);
    return keys;
}

namespace {

struct source {
    std::string name;
    std::string text;
};

/// All sources of one configuration on their way to one tree.
class assembly {
public:
    assembly(std::vector<source> sources, const secret_sources& secrets)
        : sources_(std::move(sources))
        , secrets_(secrets) {}

    loaded load();

private:
    void parse(const source& each, bool may_be_empty);
    void merge(const yaml_node* root);
    void override_by(const std::string& variable);
    [[nodiscard]] std::string describe(place at) const;

    struct placed {
        place at;
        std::string path;
        std::string message;
    };

    std::vector<source> sources_;
    const secret_sources& secrets_;
    std::vector<std::string> names_;
    std::deque<yaml_document> documents_;
    yaml_merge merging_;
    const yaml_node* root_ = nullptr;
    std::vector<placed> mistakes_;
    bool incomplete_ = false; ///< a source is missing: what follows could only be a consequence
};

std::string assembly::describe(place at) const {
    const auto& name = names_.at(static_cast<std::size_t>(at.file));
    return at.line == 0 ? name : name + ':' + std::to_string(at.line);
}

void assembly::parse(const source& each, bool may_be_empty) {
    const int file = static_cast<int>(names_.size());
    names_.push_back(each.name);
    std::vector<yaml_mistake> mistakes;
    documents_.push_back(yaml_document::parse(each.text, mistakes, file, may_be_empty));
    incomplete_ = incomplete_ || !mistakes.empty();
    for (auto& mistake : mistakes)
        mistakes_.push_back({mistake.at, {}, std::move(mistake.message)});
    merge(documents_.back().root());
}

void assembly::merge(const yaml_node* root) {
    if (!root) return;
    if (root->kind != yaml_node::kind::map) {
        incomplete_ = true;
        mistakes_.push_back(
            {root->at, {}, "the file must be a map of sections, not " + std::string(describe_kind(*root))});
        return;
    }
    if (!root_) {
        root_ = root;
        return;
    }
    root_ = merging_.maps(*root_, *root, [&](const auto& first, const auto& second, std::string path) {
        mistakes_.push_back(
            {second.at, std::move(path), "is set in two files; the other is " + describe(first.at)});
    });
}

void assembly::override_by(const std::string& variable) {
    const int file = static_cast<int>(names_.size());
    names_.push_back(variable);
    const place here{0, 0, file};
    std::vector<yaml_mistake> mistakes;
    const auto value = secrets_.environment(variable).value_or("");
    documents_.push_back(yaml_document::parse(override_yaml(variable, value), mistakes, file, true));
    const auto* node = documents_.back().root();
    if (!mistakes.empty() || !node) {
        // Not what the parser says: it might quote a secret.
        mistakes_.push_back({here, {}, "is not YAML; a list is written [a, b], a map {a: b}"});
        return;
    }
    if (const auto* root = merging_.replace(root_, override_path(variable), *node, here))
        root_ = root;
    else
        mistakes_.push_back({here, {}, "leads through something that is no map, or to no element of a list"});
}

loaded assembly::load() {
    for (const auto& each : sources_)
        parse(each, &each != &sources_.front());
    if (!incomplete_)
        for (const auto& variable : secrets_.overrides)
            override_by(variable);

    reading in(names_, secrets_);
    loaded out;
    if (root_ && !incomplete_) {
        object_reader reader(in, root_, {}, {});
        read_configuration(reader, out.value.emplace());
        reader.finish("x-"); // a place for anchors that several sections share
    }
    for (auto& each : mistakes_)
        in.error(each.at, std::move(each.path), std::move(each.message));
    out.diagnostics = in.take_diagnostics();
    const auto wrong = [](const diagnostic& d) { return d.severity == severity::error; };
    if (std::any_of(out.diagnostics.begin(), out.diagnostics.end(), wrong)) out.value.reset();
    return out;
}

loaded unreadable(const std::filesystem::path& file, std::string_view why) {
    return {std::nullopt,
            {{severity::error, file.string(), 0, 0, {}, "cannot be read: " + std::string(why)}}};
}

} // namespace

loaded load_text(std::string_view yaml, std::string file_name, const secret_sources& secrets) {
    return assembly({{std::move(file_name), std::string(yaml)}}, secrets).load();
}

loaded load_file(const std::filesystem::path& file, const secret_sources& secrets) {
    std::vector<std::filesystem::path> files{file};
    const auto folder = file.parent_path() / "config.d";
    std::error_code error;
    if (std::filesystem::is_directory(folder, error)) {
        for (auto each = std::filesystem::directory_iterator(folder, error);
             !error && each != std::filesystem::directory_iterator(); each.increment(error))
            if (each->path().extension() == ".yaml" && !each->path().filename().string().starts_with('.'))
                files.push_back(each->path());
        if (error) return unreadable(folder, error.message());
        std::sort(files.begin() + 1, files.end());
    }
    std::vector<source> sources;
    for (const auto& each : files) {
        auto content = read_file(each, yaml_document::max_bytes);
        if (!content) return unreadable(each, content.error().detail);
        sources.push_back({each.string(), std::move(*content)});
    }
    return assembly(std::move(sources), secrets).load();
}

} // namespace webhookd::config
