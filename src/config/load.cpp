#include <webhookd/config/load.hpp>
#include <webhookd/files/file.hpp>

#include "config/overrides.hpp"
#include "config/sections.hpp"
#include "config/wording.hpp"
#include "config/yaml_document.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <deque>
#include <iterator>

namespace webhookd::config {

std::string to_string(const diagnostic& d) {
    std::string out = d.file;
    if (d.line > 0) out += ':' + std::to_string(d.line) + ':' + std::to_string(d.column);
    if (!d.key.empty()) out += ": " + d.key;
    out += d.severity == severity::warning ? ": warning: " : ": ";
    return out + d.message;
}

void read_configuration(object_reader& root, configuration& out) {
    read_server(root, out);
    read_admin(root, out);
    read_endpoints(root, out.fixed.endpoints);
    read_storage(root, out);
    read_queue(root, out);
    read_universign(root, out.reloadable.universign);
    read_handlers(root, out.reloadable.handlers);
    read_routes(root, out.reloadable.routes);
    read_log(root, out);
}

key_table known_keys() {
    const secret_sources nowhere{};
    key_table keys;
    load_pass describing(keys, nowhere);
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
    /// `warnings` are about files as a whole.
    assembly(std::vector<source> sources, const secret_sources& secrets,
             std::vector<diagnostic> warnings = {})
        : sources_(std::move(sources))
        , secrets_(secrets)
        , warnings_(std::move(warnings)) {}

    loaded load(outside_world outside);

private:
    void parse(const source& each, bool may_be_empty);
    void merge(const yaml_node* root);
    void override_by(const std::string& variable);
    [[nodiscard]] std::string describe(location at) const;

    struct located {
        location at;
        std::string path;
        std::string message;
    };

    std::vector<source> sources_;
    const secret_sources& secrets_;
    std::vector<diagnostic> warnings_;
    std::vector<std::string> names_;
    std::deque<yaml_document> documents_;
    yaml_merge merging_;
    const yaml_node* root_ = nullptr;
    std::vector<located> mistakes_;
    bool incomplete_ = false; ///< a source is missing: what follows could only be a consequence
};

std::string assembly::describe(location at) const {
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
    const location here{0, 0, file};
    std::vector<yaml_mistake> mistakes;
    const auto value = secrets_.environment(variable).value_or("");
    documents_.push_back(yaml_document::parse(override_yaml(variable, value), mistakes, file, true));
    const auto* root = documents_.back().root();
    // What is no YAML is a text, and whether that will do is for the key to say.
    auto node = mistakes.empty() && root ? *root : yaml_node{};
    if (!value.empty()) node.reference = override_text(variable, value);
    if (node.text.empty() && node.kind == yaml_node::kind::scalar) node.text = node.reference;
    const auto name_new = [&](std::size_t step) { return new_key(variable, step); };
    if (const auto* changed = merging_.replace(root_, override_path(variable), node, here, name_new))
        root_ = changed;
    else
        mistakes_.push_back({here, {}, "leads through something that is no map, or to no element of a list"});
}

loaded assembly::load(outside_world outside) {
    for (const auto& each : sources_)
        parse(each, &each != &sources_.front());
    if (!incomplete_)
        for (const auto& variable : secrets_.overrides)
            override_by(variable);

    for (auto& each : warnings_)
        names_.push_back(each.file);
    load_pass in(names_, secrets_);
    loaded out;
    for (std::size_t i = 0; i < warnings_.size(); ++i)
        in.warning({0, 0, static_cast<int>(names_.size() - warnings_.size() + i)}, {},
                   std::move(warnings_[i].message));
    if (root_ && !incomplete_) {
        object_reader reader(in, root_, {}, {});
        read_configuration(reader, out.value.emplace());
        reader.finish("x-"); // a place for anchors that several sections share
        if (outside == outside_world::checked) check_outside(in);
    }
    for (auto& each : mistakes_)
        in.error(each.at, std::move(each.path), std::move(each.message));
    out.diagnostics = in.take_diagnostics();
    out.secrets = std::move(in.secrets);
    out.settings = std::move(in.settings);
    for (const auto& each : sources_)
        out.files.push_back(each.name);
    if (out.value)
        for (auto& each : secrets_of(*out.value))
            out.secrets.push_back(std::move(each));
    const auto wrong = [](const diagnostic& d) { return d.severity == severity::error; };
    if (std::any_of(out.diagnostics.begin(), out.diagnostics.end(), wrong)) out.value.reset();
    return out;
}

loaded unreadable(const std::filesystem::path& file, std::string_view why) {
    return {std::nullopt,
            {{severity::error, file.string(), 0, 0, {}, "cannot be read: " + std::string(why)}}};
}

diagnostic about(const std::filesystem::path& file, std::string message) {
    return {severity::warning, file.string(), 0, 0, {}, std::move(message)};
}

/// What editors and package managers leave behind is meant to be ignored, and so is what explains the folder.
bool is_left_over(std::string_view name) {
    static constexpr std::string_view ends[] = {"~", ".swp", ".bak", ".orig", ".rej", ".tmp", ".txt", ".md"};
    return name.starts_with('.') || name.starts_with('#') || name.starts_with("README") ||
           name.find(".dpkg-") != std::string_view::npos || name.find(".rpm") != std::string_view::npos ||
           name.find(".ucf-") != std::string_view::npos ||
           std::any_of(std::begin(ends), std::end(ends), [&](auto end) { return name.ends_with(end); });
}

/// Adds the files of a folder in the order of their names, and tells which it passes over. A mistake when
/// there is something of this name that is no folder.
std::optional<loaded> find_parts(const std::filesystem::path& folder,
                                 std::vector<std::filesystem::path>& files,
                                 std::vector<diagnostic>& warnings) {
    namespace fs = std::filesystem;
    std::error_code error;
    if (!fs::is_directory(folder, error)) {
        const auto there = fs::symlink_status(folder, error).type();
        if (there == fs::file_type::not_found || there == fs::file_type::none) return std::nullopt;
        if (there == fs::file_type::symlink)
            return unreadable(folder, "the symbolic link does not lead to a folder");
        return unreadable(folder, "it must be a folder of *.yaml files");
    }
    for (auto each = fs::directory_iterator(folder, error); !error && each != fs::directory_iterator();
         each.increment(error)) {
        const auto name = each->path().filename().string();
        if (is_left_over(name)) continue;
        if (each->path().extension() == ".yaml")
            files.push_back(each->path());
        else
            warnings.push_back(
                about(each->path(), "is passed over: of this folder only files named *.yaml are read"));
    }
    if (error) return unreadable(folder, error.message());
    std::sort(files.begin() + 1, files.end());
    return std::nullopt;
}

/// As the mount of a single file is, once another one was renamed over it outside.
bool has_no_name(const std::filesystem::path& file) {
    struct stat about_file {};
    return ::stat(file.c_str(), &about_file) == 0 && about_file.st_nlink == 0;
}

} // namespace

loaded load_text(std::string_view yaml, std::string file_name, const secret_sources& secrets) {
    return assembly({{std::move(file_name), std::string(yaml)}}, secrets).load(outside_world::ignored);
}

loaded load_file(const std::filesystem::path& file, const secret_sources& secrets, outside_world outside) {
    std::vector<diagnostic> warnings;
    std::vector<std::filesystem::path> files{file};
    if (auto mistake = find_parts(file.parent_path() / "config.d", files, warnings)) return *mistake;
    std::vector<source> sources;
    for (const auto& each : files) {
        auto content = files::read_file(each, yaml_document::max_bytes);
        if (!content) return unreadable(each, content.error().detail);
        sources.push_back({each.string(), std::move(*content)});
    }
    if (has_no_name(file))
        warnings.push_back(about(file, "is a file that has no name any more: whoever edits it makes another "
                                       "one, which is not seen here; mount its folder instead of the file"));
    return assembly(std::move(sources), secrets, std::move(warnings)).load(outside);
}

} // namespace webhookd::config
