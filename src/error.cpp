#include <webhookd/error.hpp>

#include <stdexcept>

namespace webhookd {

std::string_view to_string(errc code) noexcept {
    switch (code) {
    case errc::not_json:
        return "not-json";
    case errc::json_too_large:
        return "json-too-large";
    case errc::envelope_incomplete:
        return "envelope-incomplete";
    case errc::signature_missing:
        return "signature-missing";
    case errc::signature_repeated:
        return "signature-repeated";
    case errc::signature_malformed:
        return "signature-malformed";
    case errc::header_not_accepted:
        return "header-not-accepted";
    case errc::algorithm_not_accepted:
        return "algorithm-not-accepted";
    case errc::key_unknown:
        return "key-unknown";
    case errc::signature_mismatch:
        return "signature-mismatch";
    case errc::key_set_malformed:
        return "key-set-malformed";
    case errc::key_unusable:
        return "key-unusable";
    case errc::keys_unavailable:
        return "keys-unavailable";
    case errc::store_full:
        return "store-full";
    case errc::store_io:
        return "store-io";
    case errc::store_corrupt:
        return "store-corrupt";
    case errc::store_newer:
        return "store-newer";
    case errc::store_busy:
        return "store-busy";
    case errc::store_not_found:
        return "store-not-found";
    case errc::query_timeout:
        return "query-timeout";
    case errc::store_bad_url:
        return "store-bad-url";
    case errc::queue_full:
        return "queue-full";
    case errc::shutting_down:
        return "shutting-down";
    case errc::configuration_invalid:
        return "configuration-invalid";
    case errc::file_unreadable:
        return "file-unreadable";
    case errc::file_unwritable:
        return "file-unwritable";
    case errc::pattern_invalid:
        return "pattern-invalid";
    case errc::argument_invalid:
        return "argument-invalid";
    case errc::address_in_use:
        return "address-in-use";
    case errc::network:
        return "network";
    case errc::network_timeout:
        return "network-timeout";
    case errc::response_too_large:
        return "response-too-large";
    case errc::http_status:
        return "http-status";
    }
    return "unknown";
}

std::string to_string(const failure& f) {
    std::string text{to_string(f.code)};
    if (!f.detail.empty()) {
        text += ": ";
        text += f.detail;
    }
    return text;
}

void throw_exception_from_error(const failure& f, const boost::source_location&) {
    throw std::logic_error("unchecked failure: " + to_string(f));
}

} // namespace webhookd
