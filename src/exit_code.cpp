#include <webhookd/exit_code.hpp>

namespace webhookd::exit_code {

code of(errc failed) noexcept {
    switch (failed) {
    case errc::configuration_invalid:
    case errc::store_bad_url:
        return configuration;
    case errc::argument_invalid:
        return usage;
    case errc::file_unreadable:
        return no_input;
    case errc::file_unwritable:
    case errc::store_full:
        return cannot_create;
    case errc::not_json:
    case errc::key_set_malformed:
        return data_error;
    case errc::address_in_use:
    case errc::http_status:
    case errc::network:
    case errc::network_timeout:
    case errc::queue_full:
    case errc::response_too_large:
    case errc::store_busy:
        return unavailable;
    default:
        return io_error;
    }
}

} // namespace webhookd::exit_code
