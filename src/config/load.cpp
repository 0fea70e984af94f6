#include <webhookd/config/load.hpp>

#include "config/sections.hpp"
#include "config/source_text.hpp"

#include <algorithm>

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

loaded load_text(std::string_view yaml, std::string file_name, const secret_sources& secrets) {
    std::vector<yaml_mistake> mistakes;
    const auto document = yaml_document::parse(yaml, mistakes);
    reading in(std::move(file_name), secrets);
    loaded out;
    if (const auto* root = document.root(); root && root->kind == yaml_node::kind::map) {
        object_reader reader(in, root, {}, {});
        read_configuration(reader, out.value.emplace());
        reader.finish("x-"); // a place for anchors that several sections share
    } else if (root) {
        mistakes.push_back(
            {root->at, "the file must be a map of sections, not " + std::string(describe_kind(*root))});
    }
    for (auto& mistake : mistakes)
        in.error(mistake.at, {}, std::move(mistake.message));

    out.diagnostics = in.take_diagnostics();
    const auto wrong = [](const diagnostic& d) { return d.severity == severity::error; };
    if (std::any_of(out.diagnostics.begin(), out.diagnostics.end(), wrong)) out.value.reset();
    return out;
}

loaded load_file(const std::filesystem::path& file, const secret_sources& secrets) {
    const auto content = read_file(file, yaml_document::max_bytes);
    if (content) return load_text(*content, file.string(), secrets);
    return {std::nullopt,
            {{severity::error, file.string(), 0, 0, {}, "cannot be read: " + content.error().detail}}};
}

} // namespace webhookd::config
