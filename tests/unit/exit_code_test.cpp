#include <webhookd/exit_code.hpp>

#include <catch2/catch.hpp>

using namespace webhookd;

TEST_CASE("every failure that a command may end with has the exit code that the documentation names",
          "[exit_code]") {
    struct row {
        errc failed;
        int code;
    };
    for (const auto& [failed, code] :
         {row{errc::configuration_invalid, 78}, row{errc::store_bad_url, 78}, row{errc::argument_invalid, 64},
          row{errc::file_unreadable, 66}, row{errc::file_unwritable, 73}, row{errc::store_full, 73},
          row{errc::key_set_malformed, 65}, row{errc::not_json, 65}, row{errc::address_in_use, 69},
          row{errc::store_busy, 69}, row{errc::network, 69}, row{errc::network_timeout, 69},
          row{errc::http_status, 69}, row{errc::response_too_large, 69}, row{errc::store_io, 74},
          row{errc::store_corrupt, 74}, row{errc::store_newer, 74}}) {
        CAPTURE(to_string(failed));
        CHECK(exit_code::of(failed) == code);
    }
}
