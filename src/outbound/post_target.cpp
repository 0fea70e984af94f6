#include "outbound/post_target.hpp"

#include "outbound/curl.hpp"
#include "outbound/transfer.hpp"

namespace webhookd::outbound {
namespace {

// An idle handle holds some kilobytes: enough of them are kept for a busy handler, the rest is freed.
constexpr std::size_t most_idle = 64;

failure invalid_target(std::string detail) {
    return {errc::argument_invalid, std::move(detail)};
}

} // namespace

result<std::shared_ptr<post_target>> post_target::make(post_settings settings) {
    if (!is_one_line(settings.url)) return invalid_target("URL: has a line break");
    auto to = origin_of(settings.url);
    if (!to) return to.error();
    for (auto& line : settings.headers) {
        if (!is_header_line(line)) return invalid_target("header: not `Name: value` on one line");
        line = to_curl_header(std::move(line));
    }
    using std::chrono::milliseconds;
    if (settings.connect_timeout <= milliseconds::zero() || settings.timeout <= milliseconds::zero())
        return invalid_target("timeout: must be more than zero");
    auto files = read_tls_files(settings.ca_file, settings.client_certificate, settings.client_key);
    if (!files) return files.error();
    if (auto fit =
            check_tls_files(*files, settings.ca_file, settings.client_certificate, settings.client_key);
        !fit)
        return fit.error();
    settings.headers.emplace_back("Expect:"); // waiting for 100 Continue costs a second where it is not known
    return std::make_shared<post_target>(std::move(settings), std::move(*files), std::move(*to));
}

post_target::post_target(post_settings settings, tls_files files, origin to)
    : settings_{std::move(settings)}
    , files_{std::move(files)}
    , to_{std::move(to)} {
    chain(settings_.headers, nodes_, nullptr);
}

post_target::~post_target() = default;

std::unique_ptr<transfer> post_target::take() {
    if (idle_.empty()) return std::make_unique<transfer>(*this);
    auto ready = std::move(idle_.back());
    idle_.pop_back();
    return ready;
}

void post_target::give_back(std::unique_ptr<transfer> idle) {
    if (idle_.size() < most_idle) idle_.push_back(std::move(idle));
}

void chain(std::vector<std::string>& lines, std::vector<curl_slist>& nodes, curl_slist* rest) {
    nodes.resize(lines.size());
    for (std::size_t i = 0; i < lines.size(); ++i)
        nodes[i] = {lines[i].data(), i + 1 < lines.size() ? &nodes[i + 1] : rest};
}

} // namespace webhookd::outbound
